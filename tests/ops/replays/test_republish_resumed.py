"""A job for the topic that was stopped goes on, or is given again at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.replays import jobs
from ops.stage.connection import Connection
from tests.ops.replays.conftest import interrupted, troubled
from tests.ops.replays.test_republish import ALL, SINCE
from tests.support.listener import Listener


@pytest.fixture
def stopped(
    stocked: Connection,
    listener: Listener,
    again: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """A job that was interrupted at its fifth publish; its id."""
    with interrupted(stocked.client("sns"), "sns.PublishBatch", nth=5):
        again(since=SINCE)
    (path,) = folder.iterdir()
    go_on = f"30 of {ALL} events sent. Go on with: fanfare republish --resume {path.stem}"
    assert go_on in capsys.readouterr().err
    return path.stem


def test_an_interrupted_job_goes_on_where_it_stopped(
    listener: Listener,
    again: Callable[..., ExitCode],
    stopped: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert jobs.show(Options(), stopped) is ExitCode.DONE
    shown = capsys.readouterr().out
    assert f"{ALL} events to the topic, stage local" in shown
    assert f"go on with: fanfare republish --resume {stopped}" in shown

    assert again(job=stopped, dry_run=True) is ExitCode.DONE
    assert f"Would send 6 of {ALL} events to the topic: the rest" in capsys.readouterr().out
    assert again(job=stopped) is ExitCode.DONE

    assert len({event.id for event in listener.heard()}) == ALL
    assert job_files.find(stopped).state == "done"


def test_a_second_run_at_once_loses_nothing_and_what_the_first_had_sent_comes_once(
    stocked: Connection, again: Callable[..., ExitCode], request: pytest.FixtureRequest
) -> None:
    ordered = Listener(stocked, ordered=True)
    request.getfixturevalue("stopped")

    assert again(since=SINCE) is ExitCode.DONE

    heard = [event.id for event in ordered.heard()]
    assert len(heard) == len(set(heard)) == ALL


def test_a_job_for_the_topic_is_not_gone_on_with_as_a_replay(
    stopped: str, go: Callable[..., ExitCode]
) -> None:
    says = "is for the topic, not for orders"
    troubled(ExitCode.REFUSED, says, lambda: go("orders", job=stopped))
