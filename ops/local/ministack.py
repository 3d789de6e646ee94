"""Local cloud: ministack, a separate process on 127.0.0.1."""

import http.client
import time
from collections.abc import Mapping
from pathlib import Path

from ops.cli.checkout import must_be_checkout
from ops.cli.errors import CommandError, ExitCode
from ops.local.children import Child, Children
from ops.local.port import HOST, holder, taken
from ops.paths import ROOT
from ops.stage import local_run

PROGRAM = ROOT / ".cloud" / "bin" / "ministack"
PATIENCE = 30
"""Seconds within which it must answer."""

_LONGEST_COMMAND = 60


def check(port: int) -> None:
    """Check that the local cloud can be started on a port.

    Raises:
        CommandError: it is not installed, or the port is taken; the message names the process.
    """
    must_be_checkout("The local cloud")
    if not PROGRAM.exists():
        raise CommandError("The local cloud is not installed: `make setup` fetches it into .cloud.")
    try:
        if taken(port):
            raise CommandError(port_taken(port), ExitCode.REFUSED)
    except PermissionError as error:
        raise CommandError(f"You may not use port {port}: choose one from 1024 on.") from error


def port_taken(port: int) -> str:
    """Return the error text for a taken port: its process, and how to choose another."""
    advice = f"Choose another: `fanfare run --port {port + 1}` (make run ARGS='--port {port + 1}')."
    ours = next((run for run in local_run.live_runs() if run.port == port), None)
    if ours is not None:
        return (
            f"Port {port} is taken by another `fanfare run` (pid {ours.pid}), which other terminals"
            f" can use, for example with `fanfare tail`. Or end it there with Ctrl-C. {advice}"
        )
    found = holder(port)
    if found is None:
        return f"Port {port} is taken by a process that you may not see. {advice}"
    command = found.command
    if len(command) > _LONGEST_COMMAND:
        command = command[:_LONGEST_COMMAND] + "…"
    return f"Port {port} is taken by pid {found.pid} ({command}). {advice}"


def start(
    children: Children, port: int, environ: Mapping[str, str], work: Path, log: Path
) -> Child:
    """Start the local cloud in the folder `work`, with its output in `log`."""
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    return children.start([PROGRAM], environ={**environ, **settings}, cwd=work, log=log)


def answers(port: int) -> bool:
    """Return whether the local cloud answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def until_ready(child: Child, port: int) -> None:
    """Wait until the local cloud answers.

    Raises:
        CommandError: it ended, or does not answer in time.
    """
    deadline = time.monotonic() + PATIENCE
    while not answers(port):
        if child.ended() is not None:
            raise CommandError(
                f"The local cloud ended with exit code {child.ended()}. The end of its log is"
                f" above, all of it is in {child.log}; `make clean setup` reinstalls it."
            )
        if time.monotonic() > deadline:
            raise CommandError(
                f"The local cloud does not answer after {PATIENCE} s. The end of its log is above,"
                f" all of it is in {child.log}: try again."
            )
        time.sleep(0.05)
