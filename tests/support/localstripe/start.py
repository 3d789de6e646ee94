"""A Stripe to test against: localstripe, a process of its own on a free port of 127.0.0.1."""

import http.client
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON = Path(__file__).parents[3] / ".localstripe" / "bin" / "python"
SERVE = Path(__file__).with_name("serve.py")
PATIENCE = 60
"""Seconds until it must answer."""


@contextmanager
def localstripe() -> Iterator[str]:
    """Give the address of a Stripe that knows nothing yet.

    It ends with this process, however that ends: it watches a pipe that only this one holds open.
    """
    assert PYTHON.exists(), "localstripe is not installed: `make setup` fetches it"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        host, port = listening.getsockname()
        process = subprocess.Popen(
            [PYTHON, SERVE, str(number)],
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[number],
            start_new_session=True,
        )
    try:
        until_ready(host, port)
        yield f"http://{host}:{port}"
    finally:
        process.kill()
        process.communicate()


def until_ready(host: str, port: int) -> None:
    """Wait for the first answer: the socket listens already, and keeps who comes too early."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    connection.request("DELETE", "/_config/data")
    assert connection.getresponse().status == http.client.OK
    connection.close()
