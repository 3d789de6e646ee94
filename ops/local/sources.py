"""Watched source files: which of them have changed since they were last read."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ops.cli.source_errors import FOLDERS
from ops.paths import ROOT


class Sources:
    """The files under `events` and `functions`.

    They are polled, since a scan takes a millisecond: a library that watches folders would add a
    thread and save no time that is noticed.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._stamps = self._scan()
        self._contents = {path: self._read(path) for path in self._stamps}
        self._dirty: set[str] = set()

    def changed(self) -> frozenset[str]:
        """Return the paths whose content has changed since the last call, also of deleted files.

        The result is empty while files change: an editor may write several, or one in two steps.
        """
        stamps = self._scan()
        fresh = {
            path
            for path in stamps.keys() | self._stamps.keys()
            if stamps.get(path) != self._stamps.get(path)
        }
        self._stamps = stamps
        self._dirty |= fresh
        if fresh or not self._dirty:
            return frozenset()
        contents = {path: self._read(path) for path in self._dirty}
        self._dirty.clear()
        changed = {path for path in contents if contents[path] != self._contents.get(path)}
        self._contents |= contents
        return frozenset(changed)

    def saved(self, paths: frozenset[str]) -> float:
        """Return when the last of some paths was written, in Unix seconds; 0 if all are deleted."""
        return max((self._stamps[path][0] / 1e9 for path in paths & self._stamps.keys()), default=0)

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except OSError:
            return None

    def _scan(self) -> Mapping[str, tuple[int, int]]:
        return dict(stamp for folder in FOLDERS for stamp in _stamps(self._root, folder))


def _stamps(root: Path, folder: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the files of a folder, relative to the root, with their time of change and size."""
    try:
        entries = list(os.scandir(root / folder))
    except OSError:
        return
    for entry in entries:
        path = f"{folder}/{entry.name}"
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir():
            yield from _stamps(root, path)
            continue
        try:
            found = entry.stat()
        except OSError:
            continue
        yield path, (found.st_mtime_ns, found.st_size)
