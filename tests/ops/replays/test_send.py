"""A job sends every event that it counted, at its rate, whatever stops it and however often."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from functions.framework.ports import Message
from functions.runtime.memory.log import MemoryLog
from ops.replays import job as jobs
from ops.replays.estimate import take
from ops.replays.job import Job, Plan
from ops.replays.queue import QueueOf, ToQueue
from ops.replays.send import FIRST_PAUSE, TRIES, Undelivered, work
from ops.replays.target import batch_size
from tests.support.builders import placed
from tests.support.played import Queue, Time
from tests.support.read_model import LISTING
from tests.support.replay_orders import AFTER, ORDERS, log, story_of, time

__all__ = ["log", "time"]


@pytest.fixture
def queue(time: Time) -> Queue:
    return Queue(time)


def requests_at(rate: float) -> Callable[[Sequence[Message]], int]:
    return lambda messages: QueueOf(LISTING).requests_for(messages, batch_size(rate))


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
        census=EMPTY,
    )
    census = take(log, made.selection, requests_at(rate))
    return Plan(
        **{name: getattr(made, name) for name in made.__struct_fields__} | {"census": census}
    )


EMPTY: Any = None


@pytest.fixture
def job(log: MemoryLog, tmp_path: Path) -> Job:
    return jobs.create(plan(log), tmp_path)


def run(job: Job, log: MemoryLog, queue: Queue, time: Time) -> None:
    work(job, log, ToQueue(queue), time.pace(job.plan.rate), time.clock, lambda _: None)


def reloaded(job: Job) -> Job:
    return jobs.load(job.path)


def expected() -> list[str]:
    heard = [
        event.id
        for order in ORDERS
        for event in story_of(order)
        if event.type in LISTING.subscribed_types
    ]
    return sorted(heard)


def test_what_was_counted_is_sent_and_nothing_else(
    job: Job, log: MemoryLog, queue: Queue, time: Time
) -> None:
    run(job, log, queue, time)

    census = job.plan.census
    assert sorted(queue.ids) == expected()
    assert (census.events, census.orders, census.requests) == (75, 25, len(queue.calls))
    assert census.types == {"OrderConfirmed": 25, "OrderPlaced": 25, "PaymentCaptured": 25}
    assert job.sent is not None
    assert (job.sent.events, job.sent.types) == (75, census.types)
    assert job.state == "done"


def test_what_is_stated_after_the_job_was_made_is_not_in_it(
    job: Job, log: MemoryLog, queue: Queue, time: Time
) -> None:
    log.append(placed(order="LATER", now=AFTER))

    run(job, log, queue, time)

    assert sorted(queue.ids) == expected()


@pytest.mark.parametrize("rate", [0.5, 3.0, 50.0, 400.0])
def test_no_second_has_more_than_the_rate(
    log: MemoryLog, tmp_path: Path, queue: Queue, time: Time, rate: float
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
def test_whatever_stops_it_at_any_batch_nothing_is_left_out(
    job: Job, log: MemoryLog, queue: Queue, time: Time, call: int, error: BaseException
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
def test_a_file_cut_anywhere_goes_on_from_its_last_whole_line(
    job: Job, log: MemoryLog, queue: Queue, time: Time, cut: int
) -> None:
    queue.breaks[4] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(job, log, queue, time)
    raw = job.path.read_bytes()
    job.path.write_bytes(raw[: len(raw) - cut])

    again = reloaded(job)
    assert again.torn is (cut > 0)
    run(again, log, queue, time)

    assert set(queue.ids) == set(expected())
    whole = reloaded(job)
    assert (whole.torn, whole.state) == (False, "done")


def test_a_job_that_was_killed_is_interrupted_and_goes_on(
    job: Job, log: MemoryLog, queue: Queue, time: Time
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


def test_what_the_queue_refuses_is_offered_again_alone_and_later(
    job: Job, log: MemoryLog, queue: Queue, time: Time
) -> None:
    queue.refuses = {"ORDER01/placed": 2, "ORDER02/placed": 1}

    run(job, log, queue, time)

    assert sorted(queue.ids) == expected()
    first, second = queue.calls[1:3]
    assert (first[1], second[1]) == (["ORDER01/placed", "ORDER02/placed"], ["ORDER01/placed"])
    assert second[0] - first[0] == pytest.approx(2 * FIRST_PAUSE)


def test_what_the_queue_never_takes_fails_in_the_end_and_is_not_noted_as_sent(
    job: Job, log: MemoryLog, queue: Queue, time: Time
) -> None:
    queue.refuses = {"ORDER04/placed": 99}

    with pytest.raises(Undelivered, match="ORDER04/placed"):
        run(job, log, queue, time)

    assert sum("ORDER04/placed" in ids for _, ids in queue.calls) == TRIES
    failed = reloaded(job)
    assert failed.state == "failed"
    assert failed.ended is not None
    assert "ORDER04/placed" in str(failed.ended.why)
    queue.refuses.clear()
    run(failed, log, queue, time)
    assert set(queue.ids) == set(expected())


def test_a_job_that_is_done_has_nothing_left(
    job: Job, log: MemoryLog, queue: Queue, time: Time
) -> None:
    run(job, log, queue, time)
    calls = len(queue.calls)

    run(reloaded(job), log, queue, time)

    assert len(queue.calls) == calls
