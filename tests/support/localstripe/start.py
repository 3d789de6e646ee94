"""A Stripe to test against: localstripe, a process of its own on a free port of 127.0.0.1."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

PYTHON = Path(__file__).parents[3] / ".localstripe" / "bin" / "python"
SERVE = Path(__file__).with_name("serve.py")


@contextmanager
def localstripe() -> Iterator[str]:
    """Yield the address of an empty Stripe.

    It ends with this process, however that ends: it watches a pipe that only this one holds open.
    """
    assert PYTHON.exists(), "localstripe is not installed: `make setup` fetches it"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number, (host, port) = listening.fileno(), listening.getsockname()
        process = subprocess.Popen(
            [PYTHON, SERVE, str(number)],
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[number],
            start_new_session=True,
        )
    address = f"http://{host}:{port}"
    try:  # the socket listens already: the first answer comes when the process has started
        requests.delete(f"{address}/_config/data", timeout=60).raise_for_status()
        yield address
    finally:
        process.kill()
        process.communicate()
