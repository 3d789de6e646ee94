"""Templates check: the stage synthesizes, and its layers fit the functions' architecture."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from ops.doctor.finding import Finding, ok, wrong
from ops.stage.templates import FUNCTION, Blueprint

MACHINES = {b"\xb7\x00": "arm64", b"\x3e\x00": "x86_64"}
"""Architectures by `e_machine`, bytes 18 and 19 of a compiled library (ELF, little-endian)."""

_ELF = b"\x7fELF"


def check(blueprint: Blueprint) -> Finding:
    """Compare the libraries in the layers with the architecture of the functions."""
    wanted = {
        architecture
        for function in blueprint.properties(FUNCTION)
        for architecture in function["Architectures"]
    }
    archives = {path.resolve() for stack in blueprint.stacks for path in stack.archives}
    for archive in sorted(archives):
        for library, machine in _libraries(archive):
            if machine not in wanted:
                return wrong(
                    f"{library} in a layer is for {machine}, but functions run on"
                    f" {', '.join(sorted(wanted))}: the stage's wheels and architecture in"
                    " infra/stage.py do not match.",
                    "rm -rf .build",
                )
    layers = f"{len(archives)} layer{'s' * (len(archives) != 1)}"
    return ok(f"{len(blueprint.stacks)} stacks, {layers}, for {', '.join(sorted(wanted))}")


def _libraries(archive: Path) -> Iterator[tuple[str, str]]:
    """Yield each compiled library of a zip, and its architecture."""
    with ZipFile(archive) as zipped:
        for name in zipped.namelist():
            if name.endswith(".so"):
                with zipped.open(name) as library:
                    head = library.read(20)
                known = MACHINES.get(head[18:20]) if head.startswith(_ELF) else None
                yield name.removeprefix("python/"), known or "another machine"
