"""Temporary files of a run are in memory where possible."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from ops.local import scratch


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a suitable folder."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=0))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=scratch.ROOM + 1))
    return tmp_path


def test_memory_is_used_where_it_is_suitable(memory: Path) -> None:
    assert scratch.base(memory) == memory


def test_a_set_tmpdir_takes_precedence(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/elsewhere")

    assert scratch.base(memory) is None


def test_a_machine_without_such_a_folder_uses_the_default(memory: Path) -> None:
    assert scratch.base(memory / "none") is None


def test_memory_that_is_too_small_is_not_used(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=scratch.ROOM))

    assert scratch.base(memory) is None


def test_memory_that_is_mounted_noexec_is_not_used(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_NOEXEC))

    assert scratch.base(memory) is None
