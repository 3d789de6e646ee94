"""A consumer is added to a running system, sent the past, and changed on save, by the commands."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.e2e.local_cloud import wait_until
from tests.e2e.project_copy import ProjectCopy
from tests.e2e.test_run import Run, fanfare, start
from tests.support.summary import Figure

__all__ = ["start"]

NAME = "loyalty"
REACTIONS = f"functions/{NAME}/reactions.py"
HANDLED = f"noted            {NAME}"
"""A part of the live view's line about a message that the consumer handled."""


def test_a_consumer_is_added_replayed_and_changed_while_the_system_runs(
    tmp_path: Path, start: Callable[..., Run], figure: Figure
) -> None:
    project = ProjectCopy(tmp_path / "project", operated=True)
    here = project.path

    def points() -> list[int]:
        shown = fanfare("projection", NAME, "--json", "--limit", "9", cwd=here).stdout
        rows = map(msgspec.json.decode, shown.splitlines())
        return sorted(int(row["values"]["points"]) for row in rows)

    run = start("--watch", source=here)
    run.until_printed("  curl ")

    # The map of the run has no such consumer: its view finds it on the stage.
    project.add_documented_consumer(NAME)
    run.until_printed(f"`fanfare deploy {NAME}` deploys the new row")
    began = time.monotonic()
    deployed = fanfare("deploy", NAME, cwd=here)
    figure("seconds of `fanfare deploy` of one consumer", f"{time.monotonic() - began:.1f}")
    assert deployed.stdout.splitlines() == [
        f"{NAME} receives new events from now on.",
        f"  `fanfare replay {NAME}` sends 1 event of the past.",
    ], deployed
    assert fanfare("invoke", cwd=here).returncode == 0
    run.until_printed(HANDLED)
    before = points()
    assert len(before) == 1

    assert fanfare("replay", NAME, "--wait", cwd=here).returncode == 0
    wait_until(lambda: points() == before * 2, 30, "the replayed event has a row")
    assert fanfare("projection", NAME, "--check", cwd=here).returncode == 0

    # Nothing broken is put live, and what is mended is.
    reactions = (here / REACTIONS).read_text()
    (here / REACTIONS).write_text(f"{reactions}\ndef (\n")
    line = reactions.count("\n") + 2
    run.until_printed(f"Nothing is put live: {REACTIONS}, line {line}: SyntaxError")
    (here / REACTIONS).write_text(reactions)
    project.change(f"functions/{NAME}/points.py", "amount // 100", "amount // 10")
    saved = time.monotonic()
    run.until_printed(f"{NAME} has new code")
    figure("seconds from a save to live code", f"{time.monotonic() - saved:.1f}")
    assert fanfare("invoke", cwd=here).returncode == 0
    wait_until(lambda: len(points()) == 3, 30, "the new code made a row")
    assert points()[:2] == before * 2
    assert points()[2] // 10 == before[0]

    run.process.send_signal(signal.SIGINT)
    assert (run.rest().count("Traceback"), run.process.returncode) == (0, 130)
    assert run.left() == []
