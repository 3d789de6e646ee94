"""Copy of the project, for changes as developers make them, and deployments."""

import shutil
from pathlib import Path

from ops.paths import ROOT
from tests.support.pages import blocks

SOURCES = ("app.py", "cdk.json", "events", "functions", "infra", "requirements")
TOOLS = (".build", ".tools")
COMMANDS = ("ops", "pyproject.toml")
MORE_TOOLS = (".cloud", ".venv", "node_modules")


class ProjectCopy:
    """A copy in its own folder; changes accumulate. An `operated` one has the commands as well."""

    def __init__(self, path: Path, *, operated: bool = False) -> None:
        self.path = path
        path.mkdir()
        for name in SOURCES + operated * COMMANDS:
            put = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            put(ROOT / name, path / name)
        for name in TOOLS + operated * MORE_TOOLS:
            (path / name).symlink_to(ROOT / name)

    def change(self, file: str, old: str, new: str) -> None:
        """Replace `old`, which must occur once in a file."""
        path = self.path / file
        text = path.read_text()
        assert text.count(old) == 1, f"{file} does not have {old!r} once"
        path.write_text(text.replace(old, new))

    def add_documented_consumer(self, name: str = "greeting") -> str:
        """Add a consumer of docs/add-a-consumer.md, and return its name."""
        for block in blocks(ROOT / "docs" / "add-a-consumer.md"):
            if block.section.lower().startswith(name) and not block.file.startswith("tests/"):
                block.apply(self.path)
        return name
