"""Signals end the work, and no started process outlives it."""

import fcntl
import os
import signal
import sys
from pathlib import Path

import pytest

from ops.local.children import Child, Children
from ops.local.signals import Signals, Stopped, stoppable

LOCK = """
import fcntl, time
held = open("held", "w")
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(30)
print("outlived", flush=True)
"""
"""Holds a lock for its lifetime, and prints a line if it was not ended."""

STUBBORN = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", {LOCK!r}])
time.sleep(60)
"""


def start(children: Children, tmp_path: Path, program: str) -> Child:
    return children.start(
        [sys.executable, "-c", program], environ=os.environ, cwd=tmp_path, log=tmp_path / "log"
    )


def test_a_child_is_ended_at_the_end_of_the_body(tmp_path: Path) -> None:
    with Children(Signals()) as children:
        child = start(children, tmp_path, "import time; time.sleep(60)")
        assert child.ended() is None

    assert child.ended() == -signal.SIGTERM


def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.local.children.GRACE", 0.1)
    with Children(Signals()) as children:
        child = start(children, tmp_path, STUBBORN)
        while not child.tail():
            assert child.ended() is None

    assert child.ended() == -signal.SIGKILL
    with (tmp_path / "held").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
    assert child.tail() == ["held"]


def test_its_output_is_in_its_log(tmp_path: Path) -> None:
    with Children(Signals()) as children:
        child = start(children, tmp_path, "for i in range(30): print(i)")
        while child.ended() is None:
            os.sched_yield()

    assert child.tail(3) == ["27", "28", "29"]


def test_a_signal_ends_the_body_and_gives_the_exit_code() -> None:
    with pytest.raises(Stopped) as stopped, stoppable():
        signal.raise_signal(signal.SIGTERM)

    assert stopped.value.code == 143


def test_a_signal_is_deferred_to_the_end_of_a_protected_step() -> None:
    done: list[str] = []

    def work() -> None:
        with stoppable() as signals:
            with signals.protected():
                signal.raise_signal(signal.SIGINT)
                done.append("protected")
            done.append("not reached")

    with pytest.raises(Stopped):
        work()

    assert done == ["protected"]


def test_only_the_first_signal_raises_and_none_during_cleanup() -> None:
    cleaned: list[str] = []

    def work() -> None:
        with stoppable():
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                signal.raise_signal(signal.SIGTERM)
                cleaned.append("all")

    with pytest.raises(Stopped) as stopped:
        work()

    assert (cleaned, stopped.value.code) == (["all"], 130)


def test_after_close_no_signal_raises() -> None:
    with stoppable() as signals:
        signals.close()
        signal.raise_signal(signal.SIGINT)


def test_the_previous_signal_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) is before
