"""Build hooks of the wheel: its requirements, and files of the root that packaging needs."""

from pathlib import Path
from typing import Any, override

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

SHIPPED = "infra/packaging/shipped"
"""The folder in the wheel that infra/packaging/places.py reads."""

REQUIREMENTS = "requirements"
NEEDED = ("layer.in", "project.in")
FILES = ("cdk.json", f"{REQUIREMENTS}/layer.txt")


class Files(BuildHookInterface[Any]):
    """Adds the lock of the functions' layer and the CDK's flags, which a root has."""

    @override
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"] |= {file: f"{SHIPPED}/{file}" for file in FILES}


class Requirements(MetadataHookInterface):
    """Reads what the wheel requires from the files that the locks are made of."""

    @override
    def update(self, metadata: dict[str, Any]) -> None:
        folder = Path(self.root) / REQUIREMENTS
        lines = "\n".join((folder / name).read_text("utf-8") for name in NEEDED).splitlines()
        metadata["dependencies"] = [line for line in lines if line[:1].isalpha()]
