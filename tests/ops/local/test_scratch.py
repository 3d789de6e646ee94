"""A run works in memory where it can."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from ops.local import scratch


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that will do."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=0))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=scratch.ROOM + 1))
    return tmp_path


def test_memory_is_used_where_it_will_do(memory: Path) -> None:
    assert scratch.base(memory) == memory


def test_who_names_a_folder_has_chosen(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/elsewhere")

    assert scratch.base(memory) is None


def test_a_machine_without_such_a_folder_uses_its_own(memory: Path) -> None:
    assert scratch.base(memory / "none") is None


def test_memory_that_is_too_small_is_left_alone(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=scratch.ROOM))

    assert scratch.base(memory) is None


def test_memory_from_which_nothing_may_run_is_left_alone(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_NOEXEC))

    assert scratch.base(memory) is None
