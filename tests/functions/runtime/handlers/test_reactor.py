"""One message to one reaction: what is read, what is written, and how the message ends."""

from typing import Any

import msgspec
import pytest

from events.contracts.inventory import RESERVE, StockRejected
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from events.personal import blanked
from functions.framework.outcomes import Outcome
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.runtime.handlers.reactor import Handled, Reactor
from functions.runtime.memory.log import MemoryLog
from tests.support.builders import MUTE, NOW, ORDER, Clock, order_placed, placed, story, then
from tests.support.reactor_world import (
    PLACED,
    VOIDED,
    log_with_placed,
    nothing,
    reactor,
    void,
)
from tests.support.watched import WatchedLog

log = pytest.fixture(log_with_placed)


def test_a_decided_fact_is_written_as_the_consequence_of_the_event(log: WatchedLog) -> None:
    handled = reactor(log, void).handle(PLACED)

    (stated,) = handled.stated
    assert handled.outcome == "done"
    assert log.read(ORDER).at(RESERVE) == stated
    assert (stated.source, stated.causationid, stated.time) == ("inventory", PLACED.id, NOW)
    assert stated.sequence > PLACED.sequence


def test_without_history_nothing_is_read(log: WatchedLog) -> None:
    reactor(log, void).handle(PLACED)

    assert log.calls == ["append"]


def test_who_asks_for_the_time_is_given_it_after_all_else(log: WatchedLog) -> None:
    given: list[object] = []

    def react(*arguments: object) -> None:
        given.extend(arguments)

    reactor(log, react, history=True, outside="outside", now=True).handle(PLACED)

    assert given == [PLACED, History([PLACED]), "outside", NOW]


def test_with_history_the_order_is_read_once_before_and_the_fact_written_after(
    log: WatchedLog,
) -> None:
    seen: list[History] = []

    def react(_: Event[Any], history: History) -> Fact:
        seen.append(history)
        return VOIDED

    reactor(log, react, history=True).handle(PLACED)

    assert log.calls == ["read", "append"]
    assert seen == [History([PLACED])]


def test_a_fact_sorts_after_everything_that_was_read_to_decide_it(log: WatchedLog) -> None:
    ahead = then(PLACED, PaymentPrepared(reference="r"), now=NOW.replace(year=2027))
    log.append(ahead)

    (stated,) = (reactor(log, void, history=True).handle(PLACED)).stated

    assert stated.sequence > ahead.sequence


def test_the_event_is_taken_from_the_log_and_not_from_the_message(log: WatchedLog) -> None:
    given: list[Event[Any]] = []
    log.erase(ORDER, PLACED.time)

    def react(event: Event[Any], _: History) -> Fact:
        given.append(event)
        return VOIDED

    handled = reactor(log, react, history=True).handle(PLACED)

    assert handled.outcome == "done"
    assert given == [blanked(PLACED)] != [PLACED]


@pytest.mark.parametrize(
    "edit",
    [
        {"data": order_placed(MUTE)},
        {"data": order_placed(token="tok_of_another")},
        {"correlationid": "of another"},
        {"causationid": "of another"},
        {"sequence": "0000000000000.0000"},
    ],
    ids=["amount", "token", "correlation", "cause", "sequence"],
)
def test_a_message_that_says_something_else_than_the_log_has_no_effect(
    log: WatchedLog, edit: dict[str, Any]
) -> None:
    forged = msgspec.structs.replace(PLACED, **edit)

    assert reactor(log, void, history=True).handle(forged) == Handled(outcome=Outcome.FORGED)
    assert log.calls == ["read"]


def test_an_event_that_the_log_does_not_hold_has_no_effect(log: WatchedLog) -> None:
    forged = placed(order="FORGED")
    handled = reactor(log, void, history=True).handle(forged)

    assert handled == Handled(outcome=Outcome.FORGED)
    assert log.calls == ["read"]


def test_an_event_other_than_the_one_in_the_slot_has_no_effect(log: WatchedLog) -> None:
    log.append(then(PLACED, OrderConfirmed()))
    consumer = Consumer(
        name="payment",
        on=(On(event=OrderCancelled, react=void, history=True),),
    )
    forged = then(PLACED, OrderCancelled(reason="customer"))

    handled = Reactor(consumer=consumer, log=log, clock=Clock()).handle(forged)

    assert handled == Handled(outcome=Outcome.FORGED)


def test_the_outside_is_handed_in_last(log: WatchedLog) -> None:
    given: list[object] = []
    outside = object()
    reactor(
        log,
        lambda event, history, port: given.extend([event, history, port]),
        history=True,
        outside=outside,
    ).handle(PLACED)

    assert given == [PLACED, History([PLACED]), outside]


def test_the_same_message_twice_is_a_duplicate_and_changes_nothing(log: WatchedLog) -> None:
    clock = Clock()
    subject = reactor(log, void, clock=clock)
    subject.handle(PLACED)
    before = log.read(ORDER)
    clock.advance(hours=1)

    assert subject.handle(PLACED) == Handled(outcome=Outcome.DUPLICATE)
    assert log.read(ORDER) == before


def test_a_slot_that_another_fact_holds_was_overtaken(log: WatchedLog) -> None:
    log.append(then(PLACED, StockRejected(skus=("DRUM",))))

    assert reactor(log, void).handle(PLACED) == Handled(outcome=Outcome.OVERTAKEN)


def test_the_same_type_with_another_reference_was_overtaken(log: WatchedLog) -> None:
    log.append(then(PLACED, PaymentPrepared(reference="first")))
    subject = reactor(log, lambda _: PaymentPrepared(reference="second"), name="payment")
    handled = subject.handle(PLACED)

    assert handled == Handled(outcome=Outcome.OVERTAKEN)


def test_a_reaction_that_decides_nothing_yet_states_nothing(log: WatchedLog) -> None:
    subject = reactor(log, nothing, states=(OrderConfirmed,), history=True)

    assert subject.handle(PLACED) == Handled(outcome=Outcome.NOTHING)


def test_a_reaction_that_never_states_a_fact_is_done_once_it_ran(log: WatchedLog) -> None:
    subject = reactor(log, nothing, states=())

    assert subject.handle(PLACED) == Handled(outcome=Outcome.DONE)


def test_a_reaction_that_finds_its_end_in_the_history_is_a_duplicate(log: WatchedLog) -> None:
    log.append(then(PLACED, OrderConfirmed()))
    subject = reactor(log, nothing, states=(OrderConfirmed,), history=True)

    assert subject.handle(PLACED) == Handled(outcome=Outcome.DUPLICATE)


def test_a_type_that_is_not_heard_is_left_alone(log: WatchedLog) -> None:
    subject = reactor(log, void)
    unheard = then(PLACED, DispatchScheduled(carrier="sandbox", reference="SBX1"))

    assert subject.handle(unheard) == Handled(outcome=Outcome.UNHEARD)
    assert log.calls == []


def test_an_order_is_joined_from_what_the_log_holds_by_then() -> None:
    log = MemoryLog()
    for event in story(PaymentCaptured(reference="r", amount=PLACED.data.total)):
        log.append(event)
    captured = log.read(ORDER).find(PaymentCaptured)
    assert captured is not None
    seen: list[int] = []
    on = On(event=PaymentCaptured, react=lambda _, history: seen.append(len(history)), history=True)
    consumer = Consumer(name="ordering", on=(on,))

    Reactor(consumer=consumer, log=log, clock=Clock()).handle(captured)

    assert seen == [2]
