"""Seals: a digest of every published file, so that an edit is detected."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

SEALS = "SHA256SUMS"
"""The file of seals in a folder, as `sha256sum` writes it."""


def sealed(folder: Path) -> dict[str, str]:
    """Return the digests of a folder's sealed files, by file name."""
    path = folder / SEALS
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: digest for digest, name in (line.split() for line in lines)}


def seal(folder: Path, written: Iterable[Path]) -> None:
    """Seal files of a folder."""
    seals = sealed(folder) | {path.name: _digest(path) for path in written}
    lines = [f"{digest}  {name}\n" for name, digest in sorted(seals.items())]
    (folder / SEALS).write_text("".join(lines))


def broken(folder: Path, files: Iterable[Path], *, remedy: str) -> Iterator[str]:
    """Yield each difference between a folder's files and seals, as a message.

    `remedy` is added for a file that is not sealed; its `{}` becomes the file's name.
    """
    seals = sealed(folder)
    found = {path.name: path for path in files}
    for name in sorted(seals.keys() - found.keys()):
        yield f"{name} is missing: restore it."
    for name, path in sorted(found.items()):
        if name not in seals:
            yield f"{name} is not sealed: {remedy.format(name)}"
        elif seals[name] != _digest(path):
            yield f"{name} was edited: restore it; a published file is never edited."


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
