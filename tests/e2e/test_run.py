"""`fanfare run` as people and scripts use it; stopped at any moment, it leaves nothing behind."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import pytest

from ops.paths import ROOT, STATE
from ops.stage import local_run
from ops.tour.steps import STEPS
from tests.e2e.local_cloud import folder, free_port, processes_with, wait_until

PATIENCE = 90
"""Seconds within which a run must print what a test waits for."""

FANFARE = (sys.executable, "-m", "ops")


class Run:
    """A `fanfare run` without a terminal, on its own port, of the project or of a copy of it."""

    def __init__(self, folder: Path, *options: str, source: Path = ROOT) -> None:
        self.port = free_port()
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.marker = f"FANFARE_REHEARSAL={folder}"
        self.logs = local_run.folder(self.port, source / STATE.name)
        self.process = subprocess.Popen(
            [*FANFARE, "run", "--port", str(self.port), *options],
            cwd=source,
            env=os.environ | {"FANFARE_REHEARSAL": str(folder), "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.output: list[str] = []

    def until_printed(self, words: str) -> None:
        """Read its output until a line contains some words; end it if none does in time."""
        assert self.process.stdout is not None
        watchdog = Timer(PATIENCE, self.process.terminate)
        watchdog.start()
        try:
            for line in self.process.stdout:
                self.output.append(line)
                if words in line:
                    return
        finally:
            watchdog.cancel()
        pytest.fail(f"it never printed {words!r}, but: {''.join(self.output)}{self.rest()}")

    def until_logged(self, log: str, words: str = "") -> None:
        """Wait until one of its logs contains some words."""
        path = self.logs / log
        wait_until(lambda: path.exists() and words in path.read_text(), 30, f"{words!r} in {log}")

    def rest(self) -> str:
        """Wait for its end and return the rest of its output and its standard error."""
        out, err = self.process.communicate(timeout=60)
        self.output.append(out)
        return out + err

    def end(self) -> None:
        """End it if it still runs, and remove its logs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=20)
        shutil.rmtree(self.logs)

    def left(self) -> list[str]:
        """Return its processes, folders and files that remain."""
        state = self.logs / local_run.FILE
        folders = [path.name for path in self.temporary.iterdir()]
        return processes_with(self.marker) + folders + ([str(state)] if state.exists() else [])


@pytest.fixture
def start() -> Iterator[Callable[..., Run]]:
    """Start runs; end those that a failing test leaves running."""
    with ExitStack() as stack:

        def start(*options: str, source: Path = ROOT) -> Run:
            run = Run(stack.enter_context(folder()), *options, source=source)
            stack.callback(run.end)
            return run

        yield start


def fanfare(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*FANFARE, *words], cwd=cwd, capture_output=True, text=True, check=False)


def test_without_a_terminal_it_ends_after_three_orders_and_leaves_nothing(
    start: Callable[..., Run],
) -> None:
    run = start()

    output = run.rest()

    assert run.process.returncode == 0, output
    assert "  ready     in " in output
    for end in (
        "  dispatched in ",
        "  cancelled (payment-declined) in ",
        "  cancelled (out-of-stock) in ",
    ):
        assert end in output
    assert run.left() == []
    kept = [json.loads(line) for line in (run.logs / "run.jsonl").read_text().splitlines()]
    assert [line["step"] for line in kept if "step" in line][:3] == ["cloud", "deploy", "seed"]


def test_the_printed_commands_and_the_tour_work_in_another_terminal_until_ctrl_c(
    tmp_path: Path, start: Callable[..., Run]
) -> None:
    run = start("--keep")
    run.until_printed("  curl ")

    placed = subprocess.run(
        shlex.split(run.output[-1]), capture_output=True, check=True, cwd=tmp_path
    )
    order = json.loads(placed.stdout)["id"]
    run.until_printed("OrderPlaced")
    shown = fanfare("order", order[:8], "--wait")
    invoked = fanfare("invoke", "--json")
    taken = fanfare("run", "--port", str(run.port))
    toured = fanfare("tour", "--yes")

    assert shown.stdout.startswith(f"{order[:4]}  dispatched in "), shown
    assert json.loads(invoked.stdout)["status"] == "placed"
    assert fanfare("seed").stdout == "12 products (0 new)\n"
    assert fanfare("order", "ZZZZZZ").returncode == 3
    assert (taken.returncode, f"(pid {run.process.pid})" in taken.stderr) == (4, True)

    # Each command of each step ended as the step declares.
    assert (toured.returncode, toured.stdout.count("\nLook: ")) == (0, len(STEPS)), toured
    for seen in ("pending for ", "slow by 5 s", "paused", "= duplicate", "retry-after: "):
        assert seen in toured.stdout
    assert "should have ended" not in toured.stderr

    run.process.send_signal(signal.SIGINT)

    assert (run.rest().count("Traceback"), run.process.returncode) == (0, 130)
    assert run.left() == []
    assert fanfare("order", order).returncode == 3


def synthesizing(run: Run) -> None:
    wait_until(
        lambda: any("app.py" in command for command in processes_with(run.marker)), 30, "app.py"
    )


@pytest.mark.parametrize(
    ("reached", "signum"),
    [
        pytest.param(lambda run: run.until_logged("cloud.log"), signal.SIGINT, id="starting"),
        pytest.param(synthesizing, signal.SIGINT, id="synthesizing"),
        pytest.param(
            lambda run: run.until_logged("deploy.log", "local-bus: deploying"),
            signal.SIGINT,
            id="deploying",
        ),
        pytest.param(
            lambda run: run.until_printed("  ready "), signal.SIGTERM, id="placing orders"
        ),
    ],
)
def test_a_signal_at_any_moment_leaves_nothing(
    start: Callable[..., Run], reached: Callable[[Run], None], signum: int
) -> None:
    run = start()
    reached(run)

    run.process.send_signal(signum)

    assert ("Traceback" in run.rest(), run.process.returncode) == (False, 128 + signum)
    assert run.left() == []
