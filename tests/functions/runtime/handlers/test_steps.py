"""Reactions of several steps: the events they receive, and their retry after a crash."""

from typing import Any
from unittest.mock import Mock

import pytest

from events.contracts.inventory import (
    RELEASE,
    StockRejected,
    StockReleased,
    StockReserved,
    StockVoided,
)
from events.envelope import Event
from functions.framework.ports import Change, ChangeRefused
from functions.framework.reaction import Fill, Steps
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import NOW, ORDER, Clock, placed, then
from tests.support.handlers import reactor

PLACED = placed()
VOIDED = StockVoided()
RELEASED = StockReleased(lines=())


def test_a_fact_has_a_later_sequence_than_the_event_in_an_earlier_slot(log: Mock) -> None:
    ahead = then(PLACED, StockRejected(skus=()), now=NOW.replace(year=2027))
    log.append(ahead)

    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        return RELEASED

    (stated,) = reactor(log, steps).handle(PLACED).stated

    assert stated.sequence > ahead.sequence


def test_a_reaction_receives_the_event_that_holds_the_slot_of_its_fact(log: Mock) -> None:
    held = log.append(then(PLACED, StockRejected(skus=())))
    answers: list[Event[Any]] = []

    def steps(event: Event[Any]) -> Steps:
        answers.append((yield VOIDED))
        answers.append((yield RELEASED))
        return None

    handled = reactor(log, steps).handle(PLACED)

    assert answers == [held, log.read(ORDER).at(RELEASE)]
    assert [event.data for event in handled.stated] == [RELEASED]


def test_all_facts_of_one_message_are_reported(log: Mock) -> None:
    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        return RELEASED

    handled = reactor(log, steps).handle(PLACED)

    assert [event.type for event in handled.stated] == ["StockVoided", "StockReleased"]


def test_a_fact_goes_into_the_slot_that_it_names(log: Mock) -> None:
    handled = reactor(log, lambda _: Fill(fact=VOIDED, slot="inventory/reserve/2")).handle(PLACED)

    assert [event.slot for event in handled.stated] == ["inventory/reserve/2"]


def test_changes_are_written_with_their_fact_and_the_reaction_handles_a_refusal() -> None:
    tables = MemoryTables()
    log = MemoryLog(tables)
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


def test_an_error_of_a_reaction_is_raised(log: Mock) -> None:
    def fails(event: Event[Any]) -> None:
        raise ConnectionError("no answer")

    with pytest.raises(ConnectionError):
        reactor(log, fails).handle(PLACED)


def test_a_reaction_that_failed_between_two_facts_continues_with_the_second(
    log: Mock,
) -> None:
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
