"""An interrupted job for the topic is resumed, or started again at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.replays import jobs
from ops.stage.connection import Connection
from tests.ops.replays.conftest import interrupt, raises, subscribe
from tests.ops.replays.test_republish import ALL, SINCE


@pytest.fixture
def stopped(
    stocked: Connection,
    published: Callable[..., list[Any]],
    publish: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """The id of a job that was interrupted at its fifth publish."""
    interrupt(stocked.client("sns"), "publish_batch", 5, lambda: publish(since=SINCE))
    (path,) = folder.iterdir()
    resume = f"30 of {ALL} events sent. Resume with: fanfare republish --resume {path.stem}"
    assert resume in capsys.readouterr().err
    return path.stem


def test_an_interrupted_job_is_resumed_where_it_stopped(
    published: Callable[..., list[Any]],
    publish: Callable[..., ExitCode],
    stopped: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert jobs.show(Options(), stopped) is ExitCode.DONE
    shown = capsys.readouterr().out
    assert f"{ALL} events to the topic, stage local" in shown
    assert f"resume with: fanfare republish --resume {stopped}" in shown

    assert publish(job=stopped, dry_run=True) is ExitCode.DONE
    assert f"Would send 6 of {ALL} events to the topic: the rest" in capsys.readouterr().out
    assert publish(job=stopped) is ExitCode.DONE

    assert len({event.id for event in published()}) == ALL
    assert job_files.find(stopped).state == "done"


def test_a_second_run_at_once_delivers_every_event_once(
    stocked: Connection, publish: Callable[..., ExitCode], request: pytest.FixtureRequest
) -> None:
    received = subscribe(stocked, ordered=True)
    request.getfixturevalue("stopped")

    assert publish(since=SINCE) is ExitCode.DONE

    ids = [event.id for event in received()]
    assert len(ids) == len(set(ids)) == ALL


def test_a_job_for_the_topic_cannot_be_resumed_as_a_replay(
    stopped: str, go: Callable[..., ExitCode]
) -> None:
    text = "is for the topic, not for orders"
    raises(ExitCode.REFUSED, text, lambda: go("orders", job=stopped))
