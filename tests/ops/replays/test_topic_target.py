"""Events are published from the log as the relay would publish them, whatever interrupts it."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import override

import pytest

from functions.framework.ports import Message
from functions.relay.waves import BEHIND
from functions.runtime.memory.log import MemoryLog
from functions.runtime.operating.ports import LogPage, Pages, Selection
from ops.replays import job as jobs
from ops.replays.estimate import estimate
from ops.replays.job import Job, Plan
from ops.replays.send import ATTEMPTS, FIRST_PAUSE, Undelivered, send
from ops.replays.target import batch_size
from ops.replays.topic_target import TopicTarget, TopicTransport
from testkit.builders import NOW
from tests.ops.replays.conftest import AFTER, ORDERS, FakeTarget, history
from tests.support.fake_time import Time


class FakeTopic(FakeTarget):
    """A topic that accepts one message of an order at a time."""

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        assert len({message.subject for message in messages}) == len(messages)
        return super().publish(messages)

    def slots(self) -> dict[str, list[str]]:
        """Return the slots of each order's events, in the sequence of their first arrival."""
        first = dict.fromkeys(self.ids)
        return {
            order: [each.partition("/")[2] for each in first if each.startswith(f"{order}/")]
            for order in ORDERS
        }


class SmallPages:
    """A log whose pages end after `size` events, also within an order."""

    def __init__(self, log: MemoryLog, size: int) -> None:
        self._log = log
        self._size = size

    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        page = self._log.page(selection, cursor)
        if len(page.events) <= self._size:
            return page
        messages = page.messages[: self._size]
        return replace(
            page, events=page.events[: self._size], messages=messages, cursor=messages[-1].id
        )


SLOTS = [event.slot for event in history("ORDER")]


@pytest.fixture
def topic(time: Time) -> FakeTopic:
    return FakeTopic(time)


def made(log: Pages, folder: Path, rate: float = 1000.0) -> Job:
    target = TopicTarget()
    selection = Selection(since=NOW, until=AFTER)
    estimated = estimate(log, selection, lambda page: target.requests_for(page, batch_size(rate)))
    plan = Plan(
        job="republish-1",
        stage="local",
        consumer=None,
        made=AFTER,
        since=selection.since,
        until=AFTER,
        types=selection.types,
        orders=selection.orders,
        rate=rate,
        estimate=estimated,
    )
    return jobs.create(plan, folder)


@pytest.fixture
def job(log: MemoryLog, tmp_path: Path) -> Job:
    return made(log, tmp_path)


def run(job: Job, log: Pages, topic: FakeTopic, time: Time) -> None:
    send(job, log, TopicTransport(topic), time.pace(job.plan.rate), time.clock, lambda _: None)


ALL = dict.fromkeys(ORDERS, SLOTS)
TOTAL = len(ORDERS) * len(SLOTS)


def test_the_sequence_of_an_orders_events_is_not_that_of_its_slots() -> None:
    assert sorted(SLOTS) != SLOTS


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 1000])
def test_an_orders_events_are_published_by_sequence_whatever_the_pages(
    log: MemoryLog, tmp_path: Path, topic: FakeTopic, time: Time, size: int
) -> None:
    paged = SmallPages(log, size)
    job = made(paged, tmp_path)

    run(job, paged, topic, time)

    assert topic.slots() == ALL
    assert len(topic.ids) == len(set(topic.ids)) == job.plan.estimate.events
    assert job.sent is not None
    assert job.sent.types == job.plan.estimate.types == dict.fromkeys(job.plan.estimate.types, 25)
    assert job.state == "done"


def test_events_of_many_orders_are_published_together(
    job: Job, log: MemoryLog, topic: FakeTopic
) -> None:
    run(job, log, topic, Time())

    assert [len(ids) for _, ids in topic.calls] == [10] * 2 * len(SLOTS) + [5] * len(SLOTS)


@pytest.mark.parametrize("rate", [0.5, 3.0, 50.0])
def test_no_second_has_more_than_the_rate(
    log: MemoryLog, tmp_path: Path, topic: FakeTopic, time: Time, rate: float
) -> None:
    run(made(log, tmp_path, rate), log, topic, time)

    times = [at for at, ids in topic.calls for _ in ids]
    most = max(rate + batch_size(rate), 1)
    assert all(sum(at <= t < at + 1 for t in times) <= most for at in times)
    assert topic.slots() == ALL


@pytest.mark.parametrize("call", [1, 2, 4, 5, 9, 12])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeoutError("lost answer")])
def test_after_an_interruption_at_any_wave_no_event_is_missing(
    job: Job, log: MemoryLog, topic: FakeTopic, time: Time, call: int, error: BaseException
) -> None:
    topic.breaks[call] = error

    with pytest.raises(type(error)):
        run(job, log, topic, time)
    run(jobs.load(job.path), log, topic, time)

    assert topic.slots() == ALL
    assert len(topic.ids) <= TOTAL + 10 * len(SLOTS)
    done = jobs.load(job.path)
    assert (done.state, done.sent and done.sent.events) == ("done", TOTAL)


def test_a_refused_event_is_published_again_and_its_successors_wait(
    job: Job, log: MemoryLog, topic: FakeTopic, time: Time
) -> None:
    refused = f"ORDER01/{SLOTS[1]}"
    topic.refuses = {refused: 2}

    run(job, log, topic, time)

    assert topic.slots() == ALL
    assert len(topic.ids) == TOTAL
    calls = [at for at, ids in topic.calls if refused in ids]
    assert [later - at for at, later in itertools.pairwise(calls)] == [
        pytest.approx(FIRST_PAUSE, abs=0.1),
        pytest.approx(2 * FIRST_PAUSE, abs=0.1),
    ]


def test_an_event_refused_at_every_attempt_is_named_and_blocks_its_successors(
    job: Job, log: MemoryLog, topic: FakeTopic, time: Time
) -> None:
    refused = f"ORDER01/{SLOTS[1]}"
    topic.refuses = {refused: ATTEMPTS, f"ORDER03/{SLOTS[1]}": ATTEMPTS}

    with pytest.raises(Undelivered, match=rf"the topic did not accept .*{refused}") as error:
        run(job, log, topic, time)

    assert "3 more" in str(error.value)
    assert f"({BEHIND}, Throttled)" in str(error.value)
    assert topic.slots()["ORDER01"] == SLOTS[:1]
    assert topic.slots()["ORDER02"] == SLOTS
    failed = jobs.load(job.path)
    assert (failed.state, failed.sent) == ("failed", None)
    run(failed, log, topic, time)
    assert topic.slots() == ALL
