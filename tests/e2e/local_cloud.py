"""The system on a real local cloud, deployed by the operators' own modules."""

import http.client
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from events.history import History
from functions.runtime.aws.client import client_factory
from ops.actions import seed
from ops.cli.options import LOCAL
from ops.local import deploy, ministack, scratch
from ops.local.children import Child, Children
from ops.local.port import HOST
from ops.local.signals import Signals
from ops.paths import ROOT
from ops.stage import connection
from ops.stage.connection import Connection
from tests.e2e import enforcement
from tests.e2e.http_requests import request
from tests.e2e.project_copy import ProjectCopy


def free_port() -> int:
    """Return a free port."""
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a temporary folder in the place of a run's own."""
    with TemporaryDirectory(prefix="rehearsal-", dir=scratch.base()) as name:
        yield Path(name)


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until a condition is true, at most so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def processes_with(marker: str) -> list[str]:
    """Return the commands of all processes with a marker in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and marker.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return [command for command in found if command]


class LocalCloud:
    """A local cloud on its own port, with a deployed and seeded stage."""

    def __init__(self, folder: Path, *, enforcing: bool = False, **context: str) -> None:
        """Start the cloud in a folder of its own, deploy and seed it; `context` is the CDK's.

        An `enforcing` cloud enforces policies and uses TLS with its `certificate`.
        """
        self.folder = folder
        self._context = context
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.marker = f"FANFARE_REHEARSAL={folder}"
        self.port = free_port()
        self.certificate = enforcement.certificate(folder) if enforcing else None
        settings = enforcement.settings(self.certificate, self.port) if self.certificate else {}
        self._environ = (
            connection.local_environment(self.port, os.environ)
            | settings
            | {
                "TMPDIR": str(self.temporary),
                "FANFARE_REHEARSAL": str(folder),
            }
        )
        self._children = Children(Signals())
        self.process = ministack.start(
            self._children, self.port, self._environ, folder, folder / "cloud.log"
        )
        if self.certificate:
            wait_until(self._answers, ministack.PATIENCE, "the enforcing cloud answers")
        else:
            ministack.until_ready(self.process, self.port)
        self.connection = self._connect()
        deploy.make_bucket(self.connection)
        deploy.verify_sender(self.connection)
        self.deploy(ROOT)
        self.api = deploy.api(folder, self.port)
        if self.certificate:
            self.api = self.api.replace("http:", "https:", 1)
        seed.fill(self.connection)

    def deploy(self, source: Path) -> None:
        """Deploy the stacks of a project."""
        self._finish(self.begin(source))

    def begin(self, source: Path) -> Child:
        """Begin to deploy the stacks of a project."""
        return deploy.start(
            self._children, self._environ, self.folder, self._log, source, self._context
        )

    def destroy(self) -> None:
        """Destroy all stacks."""
        self._finish(deploy.start_destroying(self._children, self._environ, self.folder, self._log))

    def project(self) -> ProjectCopy:
        """Return a new copy of the project, for changes and deployments."""
        return ProjectCopy(self.folder / "project")

    def history(self, order: str) -> History:
        """Return the events of an order."""
        return self.connection.log().read(order)

    def end(self) -> None:
        """End the local cloud."""
        self._children.__exit__(None, None, None)

    def _connect(self) -> Connection:
        """Connect; to an enforcing cloud by the environment, which has its certificate."""
        if not self.certificate:
            return connection.local(self.port)
        environ = connection.local_environment(self.port, os.environ)
        environ |= enforcement.settings(self.certificate, self.port)
        for name in os.environ.keys() - environ.keys():
            del os.environ[name]
        os.environ.update(environ)
        factory = client_factory(read_timeout=connection.PATIENCE)
        return Connection(stage=LOCAL, client=cache(factory))

    def _answers(self) -> bool:
        try:
            health = f"https://{HOST}:{self.port}/_ministack/health"
            return request("GET", health, trusted=self.certificate).status == http.client.OK
        except OSError:
            return False

    @property
    def _log(self) -> Path:
        return self.folder / "deploy.log"

    def _finish(self, child: Child) -> None:
        deploy.until_done(child, lambda _: None)
