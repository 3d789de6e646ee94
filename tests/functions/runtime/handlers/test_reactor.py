"""The reactor: reads and writes of one reaction, and the outcome of its message."""

from typing import Any
from unittest.mock import ANY, Mock, call

import msgspec
import pytest

from events.contracts.inventory import RESERVE, StockRejected, StockVoided
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from events.personal import blanked
from functions.framework.outcomes import Outcome
from functions.framework.reaction import Misdeclared
from functions.runtime.handlers.reactor import Handled
from functions.runtime.memory.log import MemoryLog
from testkit.builders import MUTE, NOW, ORDER, Clock, history_of, order_placed, placed, then
from tests.support.handlers import reactor

PLACED = placed()
VOIDED = StockVoided()


def void(*_: object) -> StockVoided:
    return VOIDED


def nothing(*_: object) -> None:
    return None


def test_a_decided_fact_is_appended_with_the_event_as_its_cause(log: Mock) -> None:
    handled = reactor(log, void).handle(PLACED)

    (stated,) = handled.stated
    assert handled.outcome == "done"
    assert log.read(ORDER).at(RESERVE) == stated
    assert (stated.source, stated.causationid, stated.time) == ("inventory", PLACED.id, NOW)
    assert stated.sequence > PLACED.sequence


def test_without_history_nothing_is_read(log: Mock) -> None:
    reactor(log, void).handle(PLACED)

    assert log.method_calls == [call.append(ANY, ())]


def test_the_time_is_the_last_argument_of_a_reaction(log: Mock) -> None:
    given: list[object] = []

    def react(*arguments: object) -> None:
        given.extend(arguments)

    reactor(log, react, history=True, outside="outside", now=True).handle(PLACED)

    assert given == [PLACED, History([PLACED]), "outside", NOW]


def test_with_history_the_order_is_read_once_before_the_fact_is_appended(
    log: Mock,
) -> None:
    seen: list[History] = []

    def react(_: Event[Any], history: History) -> Fact:
        seen.append(history)
        return VOIDED

    reactor(log, react, history=True).handle(PLACED)

    assert log.method_calls == [call.read(ORDER), call.append(ANY, ())]
    assert seen == [History([PLACED])]


def test_a_fact_has_a_later_sequence_than_all_events_that_were_read(log: Mock) -> None:
    ahead = then(PLACED, PaymentPrepared(reference="r"), now=NOW.replace(year=2027))
    log.append(ahead)

    (stated,) = (reactor(log, void, history=True).handle(PLACED)).stated

    assert stated.sequence > ahead.sequence


def test_a_reaction_gets_the_event_of_the_log_and_not_of_the_message(log: Mock) -> None:
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
def test_a_message_that_differs_from_the_log_has_no_effect(log: Mock, edit: dict[str, Any]) -> None:
    forged = msgspec.structs.replace(PLACED, **edit)

    assert reactor(log, void, history=True).handle(forged) == Handled(outcome=Outcome.FORGED)
    assert log.method_calls == [call.read(ORDER)]


def test_an_event_that_is_not_in_the_log_has_no_effect(log: Mock) -> None:
    forged = placed(order="FORGED")
    handled = reactor(log, void, history=True).handle(forged)

    assert handled == Handled(outcome=Outcome.FORGED)
    assert log.method_calls == [call.read("FORGED")]


def test_an_event_that_is_not_the_one_in_its_slot_has_no_effect(log: Mock) -> None:
    log.append(then(PLACED, OrderConfirmed()))
    forged = then(PLACED, OrderCancelled(reason="customer"))

    handled = reactor(log, void, event=OrderCancelled, history=True).handle(forged)

    assert handled == Handled(outcome=Outcome.FORGED)


def test_the_outside_port_is_the_argument_after_the_history(log: Mock) -> None:
    given: list[object] = []
    outside = object()
    reactor(
        log,
        lambda event, history, port: given.extend([event, history, port]),
        history=True,
        outside=outside,
    ).handle(PLACED)

    assert given == [PLACED, History([PLACED]), outside]


def test_the_same_message_twice_is_a_duplicate_and_changes_nothing(log: Mock) -> None:
    clock = Clock()
    subject = reactor(log, void, clock=clock)
    subject.handle(PLACED)
    before = log.read(ORDER)
    clock.advance(hours=1)

    assert subject.handle(PLACED) == Handled(outcome=Outcome.DUPLICATE)
    assert log.read(ORDER) == before


def test_a_slot_filled_with_another_fact_is_overtaken(log: Mock) -> None:
    log.append(then(PLACED, StockRejected(skus=("DRUM",))))

    assert reactor(log, void).handle(PLACED) == Handled(outcome=Outcome.OVERTAKEN)


def test_a_slot_filled_with_another_reference_is_overtaken(log: Mock) -> None:
    log.append(then(PLACED, PaymentPrepared(reference="first")))
    subject = reactor(log, lambda _: PaymentPrepared(reference="second"), states=(PaymentPrepared,))
    handled = subject.handle(PLACED)

    assert handled == Handled(outcome=Outcome.OVERTAKEN)


def test_a_reaction_that_decides_nothing_yet_has_the_outcome_nothing(log: Mock) -> None:
    subject = reactor(log, nothing, states=(OrderConfirmed,), history=True)

    assert subject.handle(PLACED) == Handled(outcome=Outcome.NOTHING)


def test_a_reaction_without_declared_facts_is_done_after_it_ran(log: Mock) -> None:
    subject = reactor(log, nothing, states=())

    assert subject.handle(PLACED) == Handled(outcome=Outcome.DONE)


def test_a_reaction_with_its_last_fact_in_the_history_is_a_duplicate(log: Mock) -> None:
    log.append(then(PLACED, OrderConfirmed()))
    subject = reactor(log, nothing, states=(OrderConfirmed,), history=True)

    assert subject.handle(PLACED) == Handled(outcome=Outcome.DUPLICATE)


def test_a_type_that_is_not_subscribed_reads_and_writes_nothing(log: Mock) -> None:
    subject = reactor(log, void)
    unsubscribed = then(PLACED, DispatchScheduled(carrier="sandbox", reference="SBX1"))

    assert subject.handle(unsubscribed) == Handled(outcome=Outcome.UNHEARD)
    assert log.method_calls == []


def test_the_history_has_all_events_that_are_in_the_log_by_then() -> None:
    log = MemoryLog()
    for event in history_of(PaymentCaptured(reference="r", amount=PLACED.data.total)):
        log.append(event)
    captured = log.read(ORDER).find(PaymentCaptured)
    assert captured is not None
    seen: list[int] = []

    def react(_: Event[Any], history: History) -> None:
        seen.append(len(history))

    reactor(log, react, event=PaymentCaptured, history=True).handle(captured)

    assert seen == [2]


@pytest.mark.parametrize(
    ("decided", "options", "reason"),
    [
        ("voided", {}, "returned a str; return a fact, Fill, Keep or None"),
        ([VOIDED], {}, "returned a list; return a fact, Fill, Keep or None"),
        (OrderConfirmed(), {}, "states OrderConfirmed, which only ordering may state"),
        (
            VOIDED,
            {"states": ()},
            (
                "states StockVoided, but its row grants no write to the log: add"
                " states=(StockVoided,) to its On in functions/inventory/service.py"
            ),
        ),
    ],
)
def test_what_a_reaction_may_not_decide_is_named_and_nothing_is_written(
    log: Mock, decided: Any, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Misdeclared) as refused:
        reactor(log, lambda _: decided, **options).handle(PLACED)

    assert str(refused.value) == f"inventory: the reaction to OrderPlaced {reason}"
    assert log.method_calls == []


def test_a_step_that_is_no_fact_is_named(log: Mock) -> None:
    def steps(_: object) -> Any:
        yield "voided"

    with pytest.raises(Misdeclared, match="returned a str"):
        reactor(log, steps).handle(PLACED)
