"""A local run registers itself in a file, and removes the file at its end."""

import os
from pathlib import Path

import pytest

from ops import paths
from ops.cli.checkout import must_be_checkout
from ops.cli.errors import CommandError
from ops.stage import local_run
from ops.stage.local_run import DEFAULT_PORT, LocalRun, folder, live_runs, register, registered

ME = LocalRun(port=DEFAULT_PORT, pid=os.getpid(), began=1)
GONE = 2**22 + 1  # no Linux has such a pid


def test_a_run_is_found_while_it_lasts(tmp_path: Path) -> None:
    assert live_runs(tmp_path) == []
    with registered(ME, tmp_path):
        assert live_runs(tmp_path) == [ME]
    assert live_runs(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_may_be_registered_again_with_more_data(tmp_path: Path) -> None:
    ready = LocalRun(port=ME.port, pid=ME.pid, began=ME.began, api="http://x")
    with registered(ME, tmp_path):
        register(ready, tmp_path)
        assert live_runs(tmp_path) == [ready]


def test_the_newest_run_comes_first_whatever_its_port(tmp_path: Path) -> None:
    later = LocalRun(port=4999, pid=os.getpid(), began=2)
    with registered(ME, tmp_path), registered(later, tmp_path):
        assert live_runs(tmp_path) == [later, ME]
    assert folder(4999, tmp_path) == tmp_path / "4999"


def test_a_run_whose_process_is_gone_is_not_found(tmp_path: Path) -> None:
    register(LocalRun(port=DEFAULT_PORT, pid=GONE, began=1), tmp_path)

    assert live_runs(tmp_path) == []


def test_a_run_does_not_remove_the_file_of_another(tmp_path: Path) -> None:
    another = LocalRun(port=ME.port, pid=os.getppid(), began=2)
    with registered(ME, tmp_path):
        register(another, tmp_path)

    assert live_runs(tmp_path) == [another]


@pytest.mark.parametrize("content", ["", "{", "{}", '{"port": "x", "pid": 1, "began": 1}'])
def test_an_unreadable_file_is_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / "local.json").write_text(content)

    assert live_runs(tmp_path) == []


def test_a_missing_run_is_reported_with_where_to_start_or_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "start `make run` in another terminal" in local_run.nothing_runs()

    monkeypatch.setattr(local_run, "IN_CHECKOUT", False)
    assert "such as FANFARE_LOCAL=~/fanfare" in local_run.nothing_runs()

    monkeypatch.setattr(local_run, "LOCAL_RUNS", tmp_path / ".fanfare")
    expected = f"Nothing runs locally in {tmp_path}, which FANFARE_LOCAL names"
    assert local_run.nothing_runs().startswith(expected)


def test_the_wheel_refuses_what_needs_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    must_be_checkout("The local cloud")

    monkeypatch.setattr(paths, "IN_CHECKOUT", False)
    with pytest.raises(CommandError, match="The local cloud needs a checkout of Fanfare"):
        must_be_checkout("The local cloud")
