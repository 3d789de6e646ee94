"""An interrupted job for the topic is resumed, or started again at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.replays import jobs
from ops.stage.connection import Connection
from tests.ops.replays.conftest import interrupted, raises
from tests.ops.replays.test_republish import ALL, SINCE
from tests.support.listener import Listener


@pytest.fixture
def stopped(
    stocked: Connection,
    listener: Listener,
    publish: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """The id of a job that was interrupted at its fifth publish."""
    with interrupted(stocked.client("sns"), "sns.PublishBatch", nth=5):
        publish(since=SINCE)
    (path,) = folder.iterdir()
    resume = f"30 of {ALL} events sent. Resume with: fanfare republish --resume {path.stem}"
    assert resume in capsys.readouterr().err
    return path.stem


def test_an_interrupted_job_is_resumed_where_it_stopped(
    listener: Listener,
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

    assert len({event.id for event in listener.heard()}) == ALL
    assert job_files.find(stopped).state == "done"


def test_a_second_run_at_once_delivers_every_event_once(
    stocked: Connection, publish: Callable[..., ExitCode], request: pytest.FixtureRequest
) -> None:
    ordered = Listener(stocked, ordered=True)
    request.getfixturevalue("stopped")

    assert publish(since=SINCE) is ExitCode.DONE

    heard = [event.id for event in ordered.heard()]
    assert len(heard) == len(set(heard)) == ALL


def test_a_job_for_the_topic_cannot_be_resumed_as_a_replay(
    stopped: str, go: Callable[..., ExitCode]
) -> None:
    text = "is for the topic, not for orders"
    raises(ExitCode.REFUSED, text, lambda: go("orders", job=stopped))
