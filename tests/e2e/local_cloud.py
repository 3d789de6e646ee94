"""The system on a real local cloud, deployed by the operators' own modules."""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from urllib3 import BaseHTTPResponse, PoolManager

from events.history import History
from functions.runtime.aws.client import client_factory
from ops.actions import seed
from ops.cli.options import LOCAL
from ops.local import deploy, ministack, scratch
from ops.local.children import Child, Children
from ops.local.port import HOST, taken
from ops.local.samples import PATIENCE
from ops.local.signals import Signals
from ops.paths import ROOT
from ops.stage import connection
from ops.stage.connection import Connection
from tests.e2e import enforcement


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="rehearsal-", dir=scratch.base()) as name:
        yield Path(name)


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def processes_with(marker: str) -> list[str]:
    """Return the commands of all processes with a marker in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if marker.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return [command for command in found if command]


class LocalCloud:
    """A local cloud on its own port in a folder of its own, with a deployed and seeded stage."""

    def __init__(
        self, folder: Path, children: Children, context: Mapping[str, str], *, enforcing: bool
    ) -> None:
        self.folder = folder
        self.marker = f"FANFARE_REHEARSAL={folder}"
        self._children = children
        self._context = context
        self._log = folder / "deploy.log"
        port, temporary = free_port(), folder / "tmp"
        temporary.mkdir()
        self._environ = connection.local_environment(port, os.environ) | {
            "TMPDIR": str(temporary),
            "FANFARE_REHEARSAL": str(folder),
        }
        if enforcing:
            self._environ |= enforcement.settings(temporary, port)
        self.process = ministack.start(children, port, self._environ, folder, folder / "cloud.log")
        wait_until(lambda: taken(port), ministack.PATIENCE, "the cloud listens")
        os.environ.update(self._environ)
        clients = client_factory(read_timeout=connection.PATIENCE)
        self.connection = Connection(stage=LOCAL, client=cache(clients))
        deploy.make_bucket(self.connection)
        deploy.verify_sender(self.connection)
        self.deploy(ROOT)
        self.api = deploy.api(folder, port)
        if enforcing:
            self.api = self.api.replace("http:", "https:", 1)
        trusted = self._environ.get("AWS_CA_BUNDLE")
        self.http = PoolManager(retries=False, timeout=PATIENCE, ca_certs=trusted)
        seed.fill(self.connection)

    def deploy(self, source: Path) -> None:
        deploy.until_done(self.begin(source), lambda _: None)

    def begin(self, source: Path) -> Child:
        return deploy.start(
            self._children, self._environ, self.folder, self._log, source, self._context
        )

    def destroy(self) -> None:
        ending = deploy.start_destroying(self._children, self._environ, self.folder, self._log)
        deploy.until_done(ending, lambda _: None)

    def history(self, order: str) -> History:
        return self.connection.log().read(order)

    def request(
        self, method: str, path: str, token: str | None = None, *, body: Any = None, **headers: str
    ) -> BaseHTTPResponse:
        bearer = {"authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, self.api + path, headers=bearer | headers, json=body)


@contextmanager
def local_cloud(*, enforcing: bool = False, **context: str) -> Iterator[LocalCloud]:
    """Yield a local cloud, to which this process's environment leads; `context` is the CDK's.

    An `enforcing` cloud enforces policies and uses TLS.
    """
    with folder() as made_in, Children(Signals()) as children, patch.dict(os.environ):
        cloud = LocalCloud(made_in, children, context, enforcing=enforcing)
        with cloud.http:
            yield cloud
