"""A reaction of several steps: what it learns on its way, and where it goes on after a crash."""

from typing import Any

import pytest

from events.contracts.inventory import (
    RELEASE,
    StockRejected,
    StockReserved,
)
from events.envelope import Event
from functions.framework.ports import Change, ChangeRefused
from functions.framework.reaction import Fill, Steps
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import NOW, ORDER, Clock, placed, then
from tests.support.reactor_world import (
    PLACED,
    RELEASED,
    VOIDED,
    log_with_placed,
    reactor,
)
from tests.support.watched import WatchedLog

log = pytest.fixture(log_with_placed)


def test_a_fact_sorts_after_what_was_found_in_an_earlier_slot(log: WatchedLog) -> None:
    ahead = then(PLACED, StockRejected(skus=()), now=NOW.replace(year=2027))
    log.append(ahead)

    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        return RELEASED

    (stated,) = reactor(log, steps).handle(PLACED).stated

    assert stated.sequence > ahead.sequence


def test_a_yielded_fact_is_answered_with_the_event_that_holds_the_slot(log: WatchedLog) -> None:
    held = log.append(then(PLACED, StockRejected(skus=())))
    answers: list[Event[Any]] = []

    def steps(event: Event[Any]) -> Steps:
        answers.append((yield VOIDED))
        answers.append((yield RELEASED))
        return None

    handled = reactor(log, steps).handle(PLACED)

    assert answers == [held, log.read(ORDER).at(RELEASE)]
    assert [event.data for event in handled.stated] == [RELEASED]


def test_all_facts_of_one_message_are_reported(log: WatchedLog) -> None:
    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        return RELEASED

    handled = reactor(log, steps).handle(PLACED)

    assert [event.type for event in handled.stated] == ["StockVoided", "StockReleased"]


def test_a_fact_goes_into_the_slot_that_it_names(log: WatchedLog) -> None:
    handled = reactor(log, lambda _: Fill(fact=VOIDED, slot="inventory/reserve/2")).handle(PLACED)

    assert [event.slot for event in handled.stated] == ["inventory/reserve/2"]


def test_changes_are_written_with_their_fact_and_a_refusal_is_the_reactions_business() -> None:
    tables = MemoryTables()
    log = WatchedLog(tables)
    change = Change(table="stock", key="DRUM", attribute="available", by=-1)

    def steps(event: Event[Any]) -> Steps:
        try:
            yield Fill(fact=StockReserved(lines=()), changes=(change,))
        except ChangeRefused as refused:
            return StockRejected(skus=refused.keys)
        return None

    refused = reactor(log, steps).handle(PLACED)
    tables("stock").add("DRUM", "available", 1)
    granted = reactor(log, steps).handle(placed(order="NEXT"))

    assert [event.data for event in refused.stated] == [StockRejected(skus=("DRUM",))]
    assert [event.data for event in granted.stated] == [StockReserved(lines=())]
    assert tables("stock").number("DRUM", "available") == 0


def test_what_a_reaction_raises_is_for_the_next_delivery(log: WatchedLog) -> None:
    def fails(event: Event[Any]) -> None:
        raise ConnectionError("the outside is away")

    with pytest.raises(ConnectionError):
        reactor(log, fails).handle(PLACED)


def test_a_reaction_that_died_between_two_facts_goes_on_where_it_was(log: WatchedLog) -> None:
    crashes = [ConnectionError()]

    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        if crashes:
            raise crashes.pop()
        return RELEASED

    clock = Clock()
    subject = reactor(log, steps, clock=clock)
    with pytest.raises(ConnectionError):
        subject.handle(PLACED)
    clock.advance(seconds=30)

    assert [event.data for event in subject.handle(PLACED).stated] == [RELEASED]
    assert len(log.read(ORDER)) == 3
