"""Record of the last release: the stateful resources of each deployed stage, one file each."""

from pathlib import Path

import msgspec

from infra.release.stateful import Resources, StatefulResource
from infra.stage import STAGES, Stage

FOLDER = Path(__file__).with_name("released")

DEPLOYED = tuple(stage for stage in STAGES.values() if stage.bootstrapped)
"""The stages in an AWS account; the local stage ends with its run."""


def path_of(stage: Stage) -> Path:
    """Return the path of a stage's record."""
    return FOLDER / f"{stage.name}.json"


def read(stage: Stage) -> Resources:
    """Return the recorded resources of a stage; none if it was never released."""
    path = path_of(stage)
    if not path.exists():
        return {}
    return msgspec.json.decode(path.read_bytes(), type=dict[str, StatefulResource])


def write(stage: Stage, resources: Resources) -> None:
    """Record the resources of a stage."""
    text = msgspec.json.format(msgspec.json.encode(resources, order="deterministic"), indent=1)
    path_of(stage).write_bytes(text + b"\n")
