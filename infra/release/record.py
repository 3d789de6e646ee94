"""The record of the last release: what each stage in an account keeps, a file a stage."""

from pathlib import Path

import msgspec

from infra.release.stateful import Keeps, Kept
from infra.stage import STAGES, Stage

FOLDER = Path(__file__).with_name("released")

IN_ACCOUNTS = tuple(stage for stage in STAGES.values() if stage.bootstrapped)
"""The stages that last; the local one ends with its run."""


def path_of(stage: Stage) -> Path:
    """Return where the record of a stage is."""
    return FOLDER / f"{stage.name}.json"


def read(stage: Stage) -> Keeps:
    """Return what a stage kept when it was released; nothing, if it never was."""
    path = path_of(stage)
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Kept]) if path.exists() else {}


def write(stage: Stage, keeps: Keeps) -> None:
    """Write down what a stage keeps."""
    text = msgspec.json.format(msgspec.json.encode(keeps, order="deterministic"), indent=1)
    path_of(stage).write_bytes(text + b"\n")
