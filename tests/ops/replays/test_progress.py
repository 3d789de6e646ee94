"""Progress of a job, and the wait for an empty queue, with a fake clock."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as jobs
from ops.replays.job import Job, Sent
from ops.replays.progress import INTERVAL, progress
from ops.stage.drain import POLL_INTERVAL, wait_until_empty
from testkit.builders import NOW
from tests.ops.replays.conftest import FakeTarget
from tests.ops.replays.test_job import plan
from tests.support.fake_time import Time


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.create(plan(), tmp_path)


def follow(options: Options, job: Job, seconds: float) -> None:
    """Report thirty events one by one, each after some seconds."""
    time = Time()
    with progress(options, job, clock=time) as report:
        for number in range(1, 31):
            time.now += seconds
            report(Sent(at=NOW, events=number))


def test_without_a_terminal_a_line_is_printed_at_intervals_with_rate_and_time_left(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(Options(), job, 0.5)

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines() == [
        "  sent 10 of 30  2.0/s  10.0 s left",
        "  sent 20 of 30  2.0/s  5000 ms left",
        "  sent 30 of 30  2.0/s  0 ms left",
    ]
    assert INTERVAL == 10 * 0.5


def test_it_prints_json(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    follow(Options(json=True), job, 0.5)

    first, *_ = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"job": "orders-1", "sent": 10, "of": 30, "rate": 2.0, "seconds_left": 10}


def test_the_rate_of_a_resumed_job_excludes_events_sent_before(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    job.sent = Sent(at=NOW, events=20)
    time = Time()

    with progress(Options(), job, clock=time) as report:
        time.now += 5
        report(Sent(at=NOW, events=25))

    assert capsys.readouterr().err == "  sent 25 of 30  1.0/s  5000 ms left\n"


def test_a_terminal_shows_a_bar(job: Job) -> None:
    options = Options(color="always")
    shown = Console(force_terminal=True, width=100, record=True, file=StringIO())
    options.__dict__["err"] = shown

    follow(options, job, 0.5)

    assert "30 of 30" in shown.export_text()


def test_a_queue_is_empty_after_two_empty_polls_in_a_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    time = Time()
    queue = FakeTarget(time)
    queue.waiting.side_effect = [7, 0, 3, 0, 0]

    drained = wait_until_empty(Options(), queue, 60, clock=time, sleep=time.sleep)

    assert drained is ExitCode.DONE
    assert time.now == 1000 + 4 * POLL_INTERVAL
    assert "The queue is empty." in capsys.readouterr().err


def test_the_wait_has_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    time = Time()
    queue = FakeTarget(time)
    queue.waiting.return_value = 7

    assert wait_until_empty(Options(), queue, 5, clock=time, sleep=time.sleep) is ExitCode.FAILED
    assert time.now == 1005
    assert "7 messages still waiting after 5 s." in capsys.readouterr().err


def test_after_one_empty_poll_the_queue_is_not_reported_to_hold_messages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    time = Time()
    queue = FakeTarget(time)
    queue.waiting.return_value = 0

    drained = wait_until_empty(Options(), queue, 5, sure=30, clock=time, sleep=time.sleep)

    assert drained is ExitCode.FAILED
    output = capsys.readouterr().err
    assert "seems to be empty" in output
    assert "message" not in output
