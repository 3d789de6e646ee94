"""Folder for the temporary files of a run."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is created in it
ROOM = 2 * 1024**3
"""Bytes that must be free in memory: each worker of the local cloud unpacks 15 MB of its own."""


def base(memory: Path = MEMORY) -> Path | None:
    """Return the parent of a temporary folder: memory if it is suitable, or None for the default.

    The local cloud unpacks the layer, a thousand files, for every worker that it starts: on a disk
    that can double the time of a first order. A set TMPDIR takes precedence.
    """
    if os.environ.get("TMPDIR") or not os.access(memory, os.W_OK | os.X_OK):
        return None
    may_run = not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return memory if may_run and shutil.disk_usage(memory).free > ROOM else None
