"""Contents of a function's package: the events, the framework, the runtime and its own folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path

SHARED: Mapping[str, tuple[str, ...]] = {
    "events": ("samples", "schemas"),
    "functions/__init__.py": (),
    "functions/framework": (),
    "functions/runtime": ("memory", "operating"),  # for tests; for operators' commands
}
"""The paths in every package, each with the folders in it that are left out."""

PROOF = "proof.py"
"""The name of the modules that say what must hold in simulated worlds, in no package."""

_BYTECODE = "__pycache__"


def ignore_list(service: str) -> list[str]:
    """Return the patterns of Docker's ignore files that leave only a service's package.

    The CDK hashes them with the files, so their order is part of the name of the code.
    """
    patterns = ["*"]
    for path, left_out in SHARED.items():
        if path.startswith("functions/") and "!functions" not in patterns:
            patterns += ["!functions", "functions/*"]
        patterns += [f"!{path}", *(f"{path}/{folder}" for folder in left_out)]
    return [*patterns, f"!functions/{service}", f"**/{PROOF}", f"**/{_BYTECODE}", "**/.*"]


def holds(service: str, path: str) -> bool:
    """Return whether a service's package holds a path, which is relative to the project."""
    if any(part in (PROOF, _BYTECODE) or part.startswith(".") for part in path.split("/")):
        return False
    left_out = (f"{shared}/{folder}" for shared, names in SHARED.items() for folder in names)
    return _in(path, *SHARED, f"functions/{service}") and not _in(path, *left_out)


def files(root: Path, service: str) -> Iterator[str]:
    """Yield the files of a service's package, relative to the project in `root`."""
    for shared in (*SHARED, f"functions/{service}"):
        for path in (root / shared, *sorted((root / shared).rglob("*"))):
            relative = path.relative_to(root).as_posix()
            if holds(service, relative) and path.is_file():
                yield relative


def _in(path: str, *folders: str) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
