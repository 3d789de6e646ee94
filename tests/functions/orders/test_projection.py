"""The list's row is the fold of what was heard, however many write it and in whatever order."""

from functools import partial
from itertools import permutations
from typing import Any

import pytest

from events.envelope import Event
from events.history import History
from events.listing import HEARD, LIST
from events.ordering import OrderCancelled, OrderConfirmed
from events.payment import PaymentCaptured, PaymentRefunded
from events.shipping import DispatchScheduled
from functions.orders.projection import row
from functions.orders.service import SERVICE
from functions.runtime.memory import MemoryLog, MemoryRows
from functions.runtime.ports import Row, Rows
from functions.runtime.react import Reactor
from tests.builders import ORDER, Clock, order_placed, story
from tests.functions.interleave import SteppedLog, SteppedRows, Worker

TOTAL = order_placed().total
CAPTURED = PaymentCaptured(reference="r", amount=TOTAL)
STORIES = {
    "dispatched": story(
        CAPTURED, OrderConfirmed(), DispatchScheduled(carrier="sandbox", reference="SBX1")
    ),
    "refunded": story(
        CAPTURED,
        OrderCancelled(reason="out-of-stock"),
        PaymentRefunded(reference="r", amount=TOTAL),
    ),
}


class List:
    """The list in memory, and workers that keep it."""

    def __init__(self, rows: Rows | None = None) -> None:
        self.log = MemoryLog()
        self.rows = rows or MemoryRows()

    def reactor(self, worker: Worker | None = None) -> Reactor:
        rows = SteppedRows(worker, self.rows) if worker else self.rows
        return Reactor(
            consumer=SERVICE,
            log=SteppedLog(worker, self.log) if worker else self.log,
            clock=Clock(),
            rows={LIST: rows}.__getitem__,
        )

    def hear(self, event: Event[Any]) -> str:
        return self.reactor().handle(event).outcome

    def kept(self) -> list[Row]:
        return list(self.rows.all())


def heard(history: History) -> list[Event[Any]]:
    return [event for event in history if isinstance(event.data, HEARD)]


@pytest.fixture(params=STORIES)
def history(request: pytest.FixtureRequest) -> History:
    return STORIES[request.param]


def test_a_row_is_kept_and_a_message_that_says_nothing_new_is_a_duplicate(
    history: History,
) -> None:
    world = List()
    outcomes = []
    for event in history:
        world.log.append(event)
        if isinstance(event.data, HEARD):
            outcomes += [world.hear(event), world.hear(event)]

    assert outcomes == ["done", "duplicate"] * len(heard(history))
    assert world.kept() == [row(history)]


def test_in_whatever_order_messages_come_the_row_is_the_fold_of_all(history: History) -> None:
    for order in permutations(heard(history)):
        world = List()
        for event in history:
            world.log.append(event)
        for event in order:
            world.hear(event)

        assert world.kept() == [row(history)]


def test_a_forged_event_is_not_listed() -> None:
    world = List()

    assert world.hear(next(iter(story()))) == "forged"
    assert world.kept() == []


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("later", range(4))
def test_of_two_workers_who_read_different_prefixes_the_one_who_knows_more_stays(
    history: History, later: int, first: int
) -> None:
    world = List()
    events = list(history)
    known = events[: later + 1]
    for event in known:
        world.log.append(event)

    def work(event: Event[Any], worker: Worker) -> None:
        world.reactor(worker).handle(event)

    early = Worker(partial(work, known[0]), [])
    early.step()  # it has read what is there by now
    for event in events[later + 1 :]:
        world.log.append(event)
    late = Worker(partial(work, heard(history)[-1]), [])
    late.step()
    for worker in (early, late) if first == 0 else (late, early):
        worker.step()

    assert (early.error, late.error) == (None, None)
    assert world.kept() == [row(history)]
    assert ORDER in world.kept()[0].sort
