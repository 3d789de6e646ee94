"""The list's row is the fold of its events, with any number of writers and in any order."""

from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from events.history import History
from events.order_list import LIST, LIST_EVENTS, OPEN
from functions.framework.ports import Row, Rows
from functions.orders.projection import project, row
from functions.orders.service import SERVICE
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from simulation.stepped_ports import SteppedLog, SteppedRows
from testkit.builders import (
    EMAIL,
    NOW,
    ORDER,
    SHIP_TO,
    Clock,
    history_of,
    order_placed,
    placed,
    then,
)
from tests.support.interleave import Worker

TOTAL = order_placed().total
CAPTURED = PaymentCaptured(reference="r", amount=TOTAL)
HISTORIES = {
    "dispatched": history_of(
        CAPTURED, OrderConfirmed(), DispatchScheduled(carrier="sandbox", reference="SBX1")
    ),
    "refunded": history_of(
        CAPTURED,
        OrderCancelled(reason="out-of-stock"),
        PaymentRefunded(reference="r", amount=TOTAL),
    ),
}


class OrderList:
    """The list in memory, and its reactors."""

    def __init__(self, rows: Rows | None = None) -> None:
        self.log = MemoryLog()
        self.rows = rows or MemoryRows()

    def reactor(self) -> Reactor:
        """Return a reactor that stops at each call of a port, within a worker."""
        rows = SteppedRows(self.rows)
        return Reactor(
            consumer=SERVICE,
            log=SteppedLog(self.log),
            clock=Clock(),
            rows={LIST: rows}.__getitem__,
        )

    def handle(self, event: Event[Any]) -> str:
        return self.reactor().handle(event).outcome

    def stored(self) -> list[Row]:
        return list(self.rows.all())


def handled_events(history: History) -> list[Event[Any]]:
    return [event for event in history if isinstance(event.data, LIST_EVENTS)]


@pytest.fixture(params=HISTORIES)
def history(request: pytest.FixtureRequest) -> History:
    return HISTORIES[request.param]


def test_the_row_of_an_ended_order_is_in_no_shard_of_the_index(history: History) -> None:
    made = row(history)

    assert made is not None
    assert OPEN not in made.values


def test_a_row_has_no_personal_data(history: History) -> None:
    text = str(row(history))

    personal = (EMAIL, SHIP_TO.name, SHIP_TO.street, SHIP_TO.postal_code, "tok_")
    assert [each for each in personal if each in text] == []


def test_an_order_without_its_first_event_has_no_row() -> None:
    confirmed = then(placed(), OrderConfirmed())

    assert project(confirmed, History([confirmed])) is None


def test_a_row_is_written_and_a_repeated_message_is_a_duplicate(
    history: History,
) -> None:
    world = OrderList()
    outcomes = []
    for event in history:
        world.log.append(event)
        if isinstance(event.data, LIST_EVENTS):
            outcomes += [world.handle(event), world.handle(event)]

    assert outcomes == ["done", "duplicate"] * len(handled_events(history))
    assert world.stored() == [row(history)]


def test_in_any_delivery_order_the_row_is_the_fold_of_all_events(history: History) -> None:
    for order in permutations(handled_events(history)):
        world = OrderList()
        for event in history:
            world.log.append(event)
        for event in order:
            world.handle(event)

        assert world.stored() == [row(history)]


def test_a_forged_event_is_not_listed() -> None:
    world = OrderList()

    assert world.handle(next(iter(history_of()))) == "forged"
    assert world.stored() == []


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("later", range(4))
def test_of_two_workers_the_row_with_more_events_stays(
    history: History, later: int, first: int
) -> None:
    world = OrderList()
    events = list(history)
    known = events[: later + 1]
    for event in known:
        world.log.append(event)

    def work(event: Event[Any], worker: Worker) -> None:
        world.reactor().handle(event)

    early = Worker(partial(work, known[0]), [])
    early.step()  # it has read the events so far
    for event in events[later + 1 :]:
        world.log.append(event)
    late = Worker(partial(work, handled_events(history)[-1]), [])
    late.step()
    for worker in (early, late) if first == 0 else (late, early):
        worker.step()

    assert (early.error, late.error) == (None, None)
    assert world.stored() == [row(history)]
    assert ORDER in world.stored()[0].sort


def test_the_event_count_keeps_a_slow_clocks_fact_that_the_last_sequence_would_lose() -> None:
    start = placed()
    stalled = then(start, OrderStalled(waited_seconds=43200), slot="stalled/1")
    behind = NOW - timedelta(minutes=1)
    confirmed = then(start, OrderConfirmed(), now=behind)
    assert confirmed.sequence < stalled.sequence

    def stored(version_of: Callable[[History], int]) -> Row:
        rows = MemoryRows()
        for known in (History([start, stalled]), History([start, stalled, confirmed])):
            made = row(known)
            assert made is not None
            rows.put(replace(made, version=version_of(known)))
        return next(rows.all())

    by_sequence = stored(lambda known: max(int(e.sequence.replace(".", "")) for e in known))
    assert by_sequence.values["status"] == "placed"
    assert stored(len).values["status"] == "confirmed"


class Schedule:
    """A random schedule of an order's appends, by any clock, and its deliveries."""

    DELIVERIES = 2

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = OrderList()
        start = placed()
        cancelled = then(start, OrderCancelled(reason="customer"), now=self.random_time())
        refund = PaymentRefunded(reference="r", amount=TOTAL)
        stalls = [
            then(
                start,
                OrderStalled(waited_seconds=43200),
                slot=f"stalled/{number}",
                now=self.random_time(),
            )
            for number in (1, 2)
        ]
        reversal: list[Event[Any]] = [
            cancelled,
            then(cancelled, refund, now=self.random_time()),
        ]
        self.branches: list[list[Event[Any]]] = [reversal, [*stalls]]
        self.queue: list[Event[Any]] = []
        self.workers: list[Worker] = []
        self.state(start)

    def random_time(self) -> datetime:
        return NOW + timedelta(milliseconds=self.random.randint(-500, 500))

    def state(self, event: Event[Any]) -> None:
        self.world.log.append(event)
        self.queue += [event] * self.DELIVERIES

    def handle(self) -> None:
        event = self.queue.pop(self.random.randrange(len(self.queue)))

        def work(worker: Worker) -> None:
            self.world.reactor().handle(event)

        self.workers.append(Worker(work, []))

    def append_next(self, branch: list[Event[Any]]) -> None:
        self.state(branch.pop(0))

    def run(self) -> list[Row]:
        while True:
            running = [worker for worker in self.workers if not worker.done]
            left = [branch for branch in self.branches if branch]
            acts: list[Callable[[], object]] = [worker.step for worker in running]
            acts += [partial(self.append_next, branch) for branch in left]
            acts += [self.handle] * (bool(self.queue) and len(running) < 3)
            if not acts:
                assert [worker.error for worker in self.workers if worker.error] == []
                return self.world.stored()
            self.random.choice(acts)()


@given(seed=st.integers(min_value=0, max_value=2**32))
@settings(max_examples=60)
def test_in_any_schedule_the_row_is_the_fold_in_the_end(seed: int) -> None:
    schedule = Schedule(seed)

    assert schedule.run() == [row(schedule.world.log.read(ORDER))]
