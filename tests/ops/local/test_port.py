"""A taken port is refused with its process and a remedy."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.local import ministack
from ops.local.port import HOST, Holder, holder, taken
from ops.stage import local_run
from ops.stage.local_run import LocalRun


@pytest.fixture
def port() -> Iterator[int]:
    """Return a port on which this process listens."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(local_run, "live_runs", list)
    program = tmp_path / "ministack"
    program.touch()
    monkeypatch.setattr(ministack, "PROGRAM", program)


def test_a_port_is_taken_while_a_process_listens() -> None:
    with socket.create_server((HOST, 0)) as server:
        number = server.getsockname()[1]
        assert taken(number)
    assert not taken(number)


def test_a_port_that_is_bound_without_a_listener_is_taken() -> None:
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        assert taken(bound.getsockname()[1])


def test_the_process_that_listens_is_found(port: int) -> None:
    found = holder(port)

    assert found is not None
    assert found.pid == os.getpid()


def test_it_is_found_in_the_tables_of_the_kernel(tmp_path: Path) -> None:
    header = "sl local_address rem_address st tx_queue tr tm->when retrnsmt uid timeout inode\n"
    listening = f"0: 0100007F:{4566:04X} 00000000:0000 0A 0:0 00:0 0 0 0 4711 1\n"
    connected = f"1: 0100007F:{4567:04X} 0100007F:1234 01 0:0 00:0 0 0 0 4712 1\n"
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(header + connected + listening)
    for pid, inode in ((7, 4712), (8, 4711)):
        (tmp_path / str(pid) / "fd").mkdir(parents=True)
        (tmp_path / str(pid) / "fd" / "3").symlink_to(f"socket:[{inode}]")
        (tmp_path / str(pid) / "cmdline").write_bytes(b"docker\0run\0")
    (tmp_path / "self").mkdir()

    assert holder(4566, tmp_path) == Holder(8, "docker run")
    assert holder(4567, tmp_path) is None


def test_without_such_tables_lsof_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lsof = tmp_path / "lsof"
    lsof.write_text("#!/bin/sh\nprintf 'p42\\ncdocker\\nf3\\n'\n")
    lsof.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert holder(4566, tmp_path) == Holder(42, "docker")

    monkeypatch.setenv("PATH", "")
    assert holder(4566, tmp_path) is None


def test_a_taken_port_is_refused_with_its_holder_and_a_remedy(port: int) -> None:
    with pytest.raises(CommandError) as refused:
        ministack.check(port)

    assert refused.value.code is ExitCode.REFUSED
    assert str(refused.value).startswith(f"Port {port} is taken by pid {os.getpid()} (")
    assert f"fanfare run --port {port + 1}" in str(refused.value)


def test_another_run_on_the_port_is_named(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    other = LocalRun(port=port, pid=4711, began=0)
    monkeypatch.setattr(local_run, "live_runs", lambda: [other])

    with pytest.raises(CommandError, match=r"taken by another `fanfare run` \(pid 4711\)"):
        ministack.check(port)


def test_a_holder_that_may_not_be_seen_is_reported(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ministack, "holder", lambda _: None)

    with pytest.raises(CommandError, match="taken by a process that you may not see"):
        ministack.check(port)


def test_a_port_that_only_root_may_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(port: int) -> bool:
        raise PermissionError

    monkeypatch.setattr(ministack, "taken", forbidden)

    with pytest.raises(CommandError, match="You may not use port 80"):
        ministack.check(80)


def test_a_local_cloud_that_is_not_installed_is_an_error_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ministack, "PROGRAM", tmp_path / "none")

    with pytest.raises(CommandError, match="not installed: `make setup`"):
        ministack.check(1)
