"""How far a job is, and when its queue is empty: told by the clock, in words or as JSON."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as jobs
from ops.replays.job import Job, Sent
from ops.replays.progress import EVERY as BETWEEN
from ops.replays.progress import progress
from ops.stage.drain import POLL_INTERVAL, wait_until_empty
from tests.ops.replays.test_job import plan
from tests.support.builders import NOW
from tests.support.played import Queue, Time


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.create(plan(), tmp_path)


def follow(options: Options, job: Job, seconds: float) -> None:
    """Tell of thirty events, one after the other, each after so many seconds."""
    time = Time()
    with progress(options, job, clock=time) as tell:
        for number in range(1, 31):
            time.now += seconds
            tell(Sent(at=NOW, events=number))


def test_without_a_terminal_a_line_comes_now_and_then_with_rate_and_time_left(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(Options(), job, 0.5)

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "  sent 10 of 30  2.0/s  10.0 s left",
        "  sent 20 of 30  2.0/s  5000 ms left",
        "  sent 30 of 30  2.0/s  0 ms left",
    ]
    assert BETWEEN == 10 * 0.5


def test_as_json_it_is_data(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    follow(Options(json=True), job, 0.5)

    first, *_ = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"job": "orders-1", "sent": 10, "of": 30, "rate": 2.0, "seconds_left": 10}


def test_who_goes_on_does_not_count_what_was_sent_before_into_the_rate(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    job.sent = Sent(at=NOW, events=20)
    time = Time()

    with progress(Options(), job, clock=time) as tell:
        time.now += 5
        tell(Sent(at=NOW, events=25))

    assert capsys.readouterr().err == "  sent 25 of 30  1.0/s  5000 ms left\n"


def test_on_a_terminal_there_is_a_bar(job: Job) -> None:
    options = Options(color="always")
    shown = Console(force_terminal=True, width=100, record=True, file=StringIO())
    options.__dict__["err"] = shown

    follow(options, job, 0.5)

    assert "30 of 30" in shown.export_text()


def test_a_queue_is_empty_once_it_was_twice_in_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    time = Time()
    queue = Queue(time)
    queue.waits = [7, 0, 3, 0, 0]

    drained = wait_until_empty(Options(), queue, 60, clock=time, sleep=time.sleep)

    assert drained is ExitCode.DONE
    assert time.now == 1000 + 4 * POLL_INTERVAL
    assert "The queue is empty." in capsys.readouterr().err


def test_nobody_waits_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    time = Time()
    queue = Queue(time)
    queue.waits = [7]

    assert wait_until_empty(Options(), queue, 5, clock=time, sleep=time.sleep) is ExitCode.FAILED
    assert time.now == 1005
    assert "7 messages still waiting after 5 s." in capsys.readouterr().err


def test_a_queue_that_has_only_just_seemed_empty_is_not_said_to_hold_messages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    time = Time()
    queue = Queue(time)
    queue.waits = [0]

    drained = wait_until_empty(Options(), queue, 5, sure=30, clock=time, sleep=time.sleep)

    assert drained is ExitCode.FAILED
    said = capsys.readouterr().err
    assert "seems to be empty" in said
    assert "message" not in said
