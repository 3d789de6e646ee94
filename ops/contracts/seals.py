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


def seal(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Seal new files of a folder, and return them; the seals of others stay."""
    new = list(files)
    seals = {path.name: _digest(path) for path in new} | sealed(folder)
    lines = [f"{digest}  {name}\n" for name, digest in sorted(seals.items())]
    if new:
        (folder / SEALS).write_text("".join(lines))
    return new


def unsealed(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Return the files without a seal, sorted by name."""
    return sorted(path for path in files if path.name not in sealed(folder))


def broken(folder: Path, files: Iterable[Path]) -> Iterator[str]:
    """Yield each sealed file that is missing or was edited, as a message."""
    found = {path.name: path for path in files}
    for name, digest in sorted(sealed(folder).items()):
        if name not in found:
            yield f"{name} is missing: restore it."
        elif digest != _digest(found[name]):
            yield (
                f"{name} was edited: restore it; a published file is never edited. If it was never"
                f" published, remove its line from {folder / SEALS}, then `make contracts`."
            )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
