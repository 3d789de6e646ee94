"""Find the process that listens on a port of this machine, for an error message."""

import shutil
import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
_LISTENING = "0A"


@dataclass(frozen=True)
class Holder:
    """The process that has a port, and its command line."""

    pid: int
    command: str


def taken(port: int) -> bool:
    """Return whether a process listens on a port of 127.0.0.1, or has bound it."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise
        except OSError:
            return True
    return False


def holder(port: int, proc: Path = Path("/proc")) -> Holder | None:
    """Return the process that listens on a port, or None if this user may not see it."""
    if (proc / "net" / "tcp").exists():
        return _by_proc(port, proc)
    return _by_lsof(port)


def _by_proc(port: int, proc: Path) -> Holder | None:
    sockets = {f"socket:[{inode}]" for inode in _inodes(port, proc)}
    for process in proc.iterdir():
        if process.name.isdigit() and sockets & set(_open_files(process)):
            command = (
                (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            return Holder(int(process.name), command.strip())
    return None


def _inodes(port: int, proc: Path) -> Iterable[str]:
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for row in (proc / "net" / table).read_text().splitlines()[1:]:
                fields = row.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _open_files(process: Path) -> Iterable[str]:
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield str(descriptor.readlink())


def _by_lsof(port: int) -> Holder | None:
    lsof = shutil.which("lsof")
    if lsof is None:
        return None
    command = [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    fields = {line[:1]: line[1:] for line in output.splitlines() if line}
    return Holder(int(fields["p"]), fields.get("c", "")) if "p" in fields else None
