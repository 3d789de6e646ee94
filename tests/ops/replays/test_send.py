"""A job sends every estimated event, at its rate, whatever interrupts it and however often."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from functions.framework.ports import Message
from functions.runtime.memory.log import MemoryLog
from ops.replays import job as jobs
from ops.replays.estimate import estimate
from ops.replays.job import Job, Plan
from ops.replays.queue_target import QueueTarget, QueueTransport
from ops.replays.send import ATTEMPTS, FIRST_PAUSE, Undelivered, send
from ops.replays.target import batch_size
from testkit.builders import placed
from tests.ops.replays.conftest import AFTER, ORDERS, FakeTarget, history
from tests.support.fake_time import Time
from tests.support.read_model import LISTING


@pytest.fixture
def queue(time: Time) -> FakeTarget:
    return FakeTarget(time)


def requests_at(rate: float) -> Callable[[Sequence[Message]], int]:
    return lambda messages: QueueTarget(LISTING).requests_for(messages, batch_size(rate))


def plan(log: MemoryLog, *, rate: float = 1000.0, job: str = "listing-1") -> Plan:
    made = Plan(
        job=job,
        stage="local",
        consumer="listing",
        made=AFTER,
        since=None,
        until=AFTER,
        types=LISTING.subscribed_types,
        orders=(),
        rate=rate,
        estimate=EMPTY,
    )
    estimated = estimate(log, made.selection, requests_at(rate))
    return Plan(
        **{name: getattr(made, name) for name in made.__struct_fields__} | {"estimate": estimated}
    )


EMPTY: Any = None


@pytest.fixture
def job(log: MemoryLog, tmp_path: Path) -> Job:
    return jobs.create(plan(log), tmp_path)


def run(job: Job, log: MemoryLog, queue: FakeTarget, time: Time) -> None:
    send(job, log, QueueTransport(queue), time.pace(job.plan.rate), time.clock, lambda _: None)


def reloaded(job: Job) -> Job:
    return jobs.load(job.path)


def expected() -> list[str]:
    ids = [
        event.id
        for order in ORDERS
        for event in history(order)
        if event.type in LISTING.subscribed_types
    ]
    return sorted(ids)


def test_exactly_the_estimated_events_are_sent(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time
) -> None:
    run(job, log, queue, time)

    estimated = job.plan.estimate
    assert sorted(queue.ids) == expected()
    assert (estimated.events, estimated.orders, estimated.requests) == (75, 25, len(queue.calls))
    assert estimated.types == {"OrderConfirmed": 25, "OrderPlaced": 25, "PaymentCaptured": 25}
    assert job.sent is not None
    assert (job.sent.events, job.sent.types) == (75, estimated.types)
    assert job.state == "done"


def test_an_event_later_than_the_job_is_not_sent(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time
) -> None:
    log.append(placed(order="LATER", now=AFTER))

    run(job, log, queue, time)

    assert sorted(queue.ids) == expected()


@pytest.mark.parametrize("rate", [0.5, 3.0, 50.0, 400.0])
def test_no_second_has_more_than_the_rate(
    log: MemoryLog, tmp_path: Path, queue: FakeTarget, time: Time, rate: float
) -> None:
    job = jobs.create(plan(log, rate=rate), tmp_path)
    began = time.now

    run(job, log, queue, time)

    times = [at for at, ids in queue.calls for _ in ids]
    most = max(rate + batch_size(rate), 1)
    assert all(sum(at <= t < at + 1 for t in times) <= most for at in times)
    assert time.now - began == pytest.approx((75 - len(queue.calls[-1][1])) / rate)


@pytest.mark.parametrize("call", range(1, 9))
@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeoutError("lost answer")])
def test_after_an_interruption_at_any_batch_no_event_is_missing(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time, call: int, error: BaseException
) -> None:
    queue.breaks[call] = error

    with pytest.raises(type(error)):
        run(job, log, queue, time)
    assert reloaded(job).state == ("failed" if isinstance(error, Exception) else "interrupted")
    run(reloaded(job), log, queue, time)

    assert set(queue.ids) == set(expected())
    assert len(queue.ids) <= 75 + 10
    assert queue.jobs == {"listing-1"}
    done = reloaded(job)
    assert (done.state, done.sent and done.sent.events) == ("done", 75)


@pytest.mark.parametrize("cut", [0, 1, 7, 40])
def test_a_truncated_file_is_resumed_from_its_last_complete_line(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time, cut: int
) -> None:
    queue.breaks[4] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(job, log, queue, time)
    raw = job.path.read_bytes()
    job.path.write_bytes(raw[: len(raw) - cut])

    resumed = reloaded(job)
    assert resumed.torn is (cut > 0)
    run(resumed, log, queue, time)

    assert set(queue.ids) == set(expected())
    whole = reloaded(job)
    assert (whole.torn, whole.state) == (False, "done")


def test_a_killed_job_is_interrupted_and_can_be_resumed(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time
) -> None:
    class Killed(BaseException):
        pass

    queue.breaks[5] = Killed()
    with pytest.raises(Killed):
        run(job, log, queue, time)

    killed = reloaded(job)
    assert (killed.state, killed.ended) == ("interrupted", None)
    run(killed, log, queue, time)
    assert set(queue.ids) == set(expected())


def test_refused_messages_are_sent_again_alone_and_later(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time
) -> None:
    queue.refuses = {"ORDER01/placed": 2, "ORDER02/placed": 1}

    run(job, log, queue, time)

    assert sorted(queue.ids) == expected()
    first, second = queue.calls[1:3]
    assert (first[1], second[1]) == (["ORDER01/placed", "ORDER02/placed"], ["ORDER01/placed"])
    assert second[0] - first[0] == pytest.approx(2 * FIRST_PAUSE)


def test_messages_that_are_refused_at_every_attempt_fail_the_job(
    job: Job, log: MemoryLog, queue: FakeTarget, time: Time
) -> None:
    queue.refuses = {"ORDER04/placed": 99}

    with pytest.raises(Undelivered, match="ORDER04/placed"):
        run(job, log, queue, time)

    assert sum("ORDER04/placed" in ids for _, ids in queue.calls) == ATTEMPTS
    failed = reloaded(job)
    assert failed.state == "failed"
    assert failed.ended is not None
    assert "ORDER04/placed" in str(failed.ended.why)
    queue.refuses.clear()
    run(failed, log, queue, time)
    assert set(queue.ids) == set(expected())


def test_a_done_job_sends_nothing(job: Job, log: MemoryLog, queue: FakeTarget, time: Time) -> None:
    run(job, log, queue, time)
    calls = len(queue.calls)

    run(reloaded(job), log, queue, time)

    assert len(queue.calls) == calls
