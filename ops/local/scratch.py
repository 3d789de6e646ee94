"""Where a run keeps what is to be gone with it."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
ROOM = 2 * 1024**3
"""Bytes that must be free in memory: each worker of the local cloud unpacks 15 MB for itself."""


def base(memory: Path = MEMORY) -> Path | None:
    """Return the folder to make a temporary one in: memory if it will do, or the system's choice.

    The local cloud unpacks the layer, a thousand files, for every worker that it starts: on a disk
    that can make a first order take twice as long. Who sets TMPDIR has chosen already.
    """
    if os.environ.get("TMPDIR") or not os.access(memory, os.W_OK | os.X_OK):
        return None
    may_run = not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return memory if may_run and shutil.disk_usage(memory).free > ROOM else None
