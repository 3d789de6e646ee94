"""What is published from the log leaves as the relay would publish it, whatever stops it."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from functions.framework.ports import Message
from functions.relay.waves import BEHIND
from functions.runtime.memory.log import MemoryLog
from functions.runtime.operating.ports import LogPage, Pages, Selection
from ops.replays import job as jobs
from ops.replays.estimate import take
from ops.replays.job import Job, Plan
from ops.replays.send import FIRST_PAUSE, TRIES, Undelivered, work
from ops.replays.target import batch_size
from ops.replays.topic import TheTopic, ToTopic
from tests.support.builders import NOW
from tests.support.played import Time
from tests.support.replay_orders import AFTER, ORDERS, log, story_of, time

__all__ = ["log", "time"]


class Topic:
    """Keeps what is published. `refuses` says of an id how often it is not taken; `breaks` at
    which call an error comes, after the messages were taken."""

    def __init__(self, time: Time) -> None:
        self.calls: list[tuple[float, list[str]]] = []
        self.taken: list[Message] = []
        self.refuses: dict[str, int] = {}
        self.breaks: dict[int, BaseException] = {}
        self._time = time

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        assert 0 < len(messages) <= 10
        assert len({message.subject for message in messages}) == len(messages)
        self.calls.append((self._time.now, [message.id for message in messages]))
        answers = []
        for message in messages:
            left = self.refuses.get(message.id, 0)
            self.refuses[message.id] = left - 1
            answers.append("Throttled" if left > 0 else "")
            self.taken += [message] if left <= 0 else []
        error = self.breaks.pop(len(self.calls), None)
        if error:
            raise error
        return answers

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.taken]

    def heard(self) -> dict[str, list[str]]:
        """Return what each order's events were when they came first."""
        first = dict.fromkeys(message.id for message in self.taken)
        return {
            order: [each.partition("/")[2] for each in first if each.startswith(f"{order}/")]
            for order in ORDERS
        }


class Cut:
    """A log whose pages end after so many events, wherever that is."""

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


SLOTS = [event.slot for event in story_of("ORDER")]


@pytest.fixture
def topic(time: Time) -> Topic:
    return Topic(time)


def made(log: Pages, folder: Path, rate: float = 1000.0) -> Job:
    target = TheTopic()
    selection = Selection(since=NOW, until=AFTER)
    census = take(log, selection, lambda page: target.requests_for(page, batch_size(rate)))
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
        census=census,
    )
    return jobs.create(plan, folder)


@pytest.fixture
def job(log: MemoryLog, tmp_path: Path) -> Job:
    return made(log, tmp_path)


def run(job: Job, log: Pages, topic: Topic, time: Time) -> None:
    work(job, log, ToTopic(topic), time.pace(job.plan.rate), time.clock, lambda _: None)


ALL = dict.fromkeys(ORDERS, SLOTS)
TOTAL = len(ORDERS) * len(SLOTS)


def test_the_slots_of_an_order_are_not_sorted_as_its_events_leave() -> None:
    assert sorted(SLOTS) != SLOTS


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 1000])
def test_an_orders_events_leave_by_sequence_wherever_pages_of_the_log_end(
    log: MemoryLog, tmp_path: Path, topic: Topic, time: Time, size: int
) -> None:
    cut = Cut(log, size)
    job = made(cut, tmp_path)

    run(job, cut, topic, time)

    assert topic.heard() == ALL
    assert len(topic.ids) == len(set(topic.ids)) == job.plan.census.events
    assert job.sent is not None
    assert job.sent.types == job.plan.census.types == dict.fromkeys(job.plan.census.types, 25)
    assert job.state == "done"


def test_events_of_many_orders_leave_together(job: Job, log: MemoryLog, topic: Topic) -> None:
    run(job, log, topic, Time())

    assert [len(ids) for _, ids in topic.calls] == [10] * 2 * len(SLOTS) + [5] * len(SLOTS)


@pytest.mark.parametrize("rate", [0.5, 3.0, 50.0])
def test_no_second_has_more_than_the_rate(
    log: MemoryLog, tmp_path: Path, topic: Topic, time: Time, rate: float
) -> None:
    run(made(log, tmp_path, rate), log, topic, time)

    times = [at for at, ids in topic.calls for _ in ids]
    most = max(rate + batch_size(rate), 1)
    assert all(sum(at <= t < at + 1 for t in times) <= most for at in times)
    assert topic.heard() == ALL


@pytest.mark.parametrize("call", [1, 2, 4, 5, 9, 12])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeoutError("lost answer")])
def test_whatever_stops_it_at_any_wave_nothing_is_left_out(
    job: Job, log: MemoryLog, topic: Topic, time: Time, call: int, error: BaseException
) -> None:
    topic.breaks[call] = error

    with pytest.raises(type(error)):
        run(job, log, topic, time)
    run(jobs.load(job.path), log, topic, time)

    assert topic.heard() == ALL
    assert len(topic.ids) <= TOTAL + 10 * len(SLOTS)
    done = jobs.load(job.path)
    assert (done.state, done.sent and done.sent.events) == ("done", TOTAL)


def test_a_refused_event_is_offered_again_and_what_follows_it_waits(
    job: Job, log: MemoryLog, topic: Topic, time: Time
) -> None:
    refused = f"ORDER01/{SLOTS[1]}"
    topic.refuses = {refused: 2}

    run(job, log, topic, time)

    assert topic.heard() == ALL
    assert len(topic.ids) == TOTAL
    calls = [at for at, ids in topic.calls if refused in ids]
    assert [later - at for at, later in itertools.pairwise(calls)] == [
        pytest.approx(FIRST_PAUSE, abs=0.1),
        pytest.approx(2 * FIRST_PAUSE, abs=0.1),
    ]


def test_what_is_refused_for_good_is_told_and_holds_back_what_follows_it(
    job: Job, log: MemoryLog, topic: Topic, time: Time
) -> None:
    refused = f"ORDER01/{SLOTS[1]}"
    topic.refuses = {refused: TRIES, f"ORDER03/{SLOTS[1]}": TRIES}

    with pytest.raises(Undelivered, match=rf"the topic did not take .*{refused}") as told:
        run(job, log, topic, time)

    assert "3 more" in str(told.value)
    assert f"({BEHIND}, Throttled)" in str(told.value)
    assert topic.heard()["ORDER01"] == SLOTS[:1]
    assert topic.heard()["ORDER02"] == SLOTS
    failed = jobs.load(job.path)
    assert (failed.state, failed.sent) == ("failed", None)
    run(failed, log, topic, time)
    assert topic.heard() == ALL
