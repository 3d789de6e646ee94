"""Seals: the digest of every file that was ever published, so that an edit of one shows."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

SEALS = "SHA256SUMS"
"""The file of seals in a folder, as `sha256sum` writes it."""


def sealed(folder: Path) -> dict[str, str]:
    """Return the digests of a folder's sealed files, by their names."""
    path = folder / SEALS
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: digest for digest, name in (line.split() for line in lines)}


def seal(folder: Path, written: Iterable[Path]) -> None:
    """Seal files of a folder."""
    seals = sealed(folder) | {path.name: _digest(path) for path in written}
    lines = [f"{digest}  {name}\n" for name, digest in sorted(seals.items())]
    (folder / SEALS).write_text("".join(lines))


def broken(folder: Path, files: Iterable[Path], *, remedy: str) -> Iterator[str]:
    """Yield what is wrong with a folder's seals; `remedy` seals the file named in its braces."""
    seals = sealed(folder)
    found = {path.name: path for path in files}
    for name in sorted(seals.keys() - found.keys()):
        yield f"{name} was kept and is gone: restore it."
    for name, path in sorted(found.items()):
        if name not in seals:
            yield f"{name} is not sealed: {remedy.format(name)}"
        elif seals[name] != _digest(path):
            yield f"{name} is not as it was kept: restore it; what was published is never edited."


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
