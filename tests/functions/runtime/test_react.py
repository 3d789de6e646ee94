"""One message to one reaction: what is read, what is written, and how the message ends."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from events.checkout import OrderPlaced
from events.envelope import Event, Fact
from events.history import History
from events.inventory import (
    RELEASE,
    RESERVE,
    StockRejected,
    StockReleased,
    StockReserved,
    StockVoided,
)
from events.ordering import OrderCancelled, OrderConfirmed
from events.payment import PaymentCaptured, PaymentPrepared
from events.shipping import DispatchScheduled
from functions.runtime.memory import MemoryLog, MemoryTables
from functions.runtime.ports import Change, Refused
from functions.runtime.react import Handled, Reactor
from functions.runtime.service import Consumer, Decision, Fill, On, Steps
from tests.builders import MUTE, NOW, ORDER, Clock, order_placed, placed, story, then

PLACED = placed()
VOIDED = StockVoided()
RELEASED = StockReleased(lines=())


def void(*_: object) -> StockVoided:
    return VOIDED


def nothing(*_: object) -> None:
    return None


class CountingLog(MemoryLog):
    """The log in memory, which notes its calls."""

    def __init__(self, tables: MemoryTables | None = None) -> None:
        super().__init__(tables)
        self.calls: list[str] = []

    def read(self, subject: str) -> History:
        self.calls.append("read")
        return super().read(subject)

    def append(self, event: Event[Any], changes: Any = ()) -> Event[Any]:
        self.calls.append("append")
        return super().append(event, changes)


@pytest.fixture
def log() -> CountingLog:
    log = CountingLog()
    log.append(PLACED)
    log.calls.clear()
    return log


def reactor(
    log: MemoryLog,
    react: Callable[..., Steps | Decision],
    *,
    states: tuple[type[Fact], ...] = (),
    history: bool = False,
    outside: object = None,
    name: str = "inventory",
    clock: Clock | None = None,
) -> Reactor:
    """Return a reactor of a consumer with this one reaction to OrderPlaced."""
    on = On(
        event=OrderPlaced,
        react=react,
        states=states,
        history=history,
        outside=outside is not None,
    )
    consumer = Consumer(name=name, on=(on,), outside=lambda *_: outside)
    return Reactor(consumer=consumer, log=log, clock=clock or Clock(), outside=outside)


def test_a_decided_fact_is_written_as_the_consequence_of_the_event(log: CountingLog) -> None:
    handled = reactor(log, void).handle(PLACED)

    (stated,) = handled.stated
    assert handled.outcome == "done"
    assert log.read(ORDER).at(RESERVE) == stated
    assert (stated.source, stated.causationid, stated.time) == ("inventory", PLACED.id, NOW)
    assert stated.sequence > PLACED.sequence


def test_without_history_nothing_is_read(log: CountingLog) -> None:
    reactor(log, void).handle(PLACED)

    assert log.calls == ["append"]


def test_with_history_the_order_is_read_once_before_and_the_fact_written_after(
    log: CountingLog,
) -> None:
    seen: list[History] = []

    def react(_: Event[Any], history: History) -> Fact:
        seen.append(history)
        return VOIDED

    reactor(log, react, history=True).handle(PLACED)

    assert log.calls == ["read", "append"]
    assert seen == [History([PLACED])]


def test_a_fact_sorts_after_everything_that_was_read_to_decide_it(log: CountingLog) -> None:
    ahead = then(PLACED, PaymentPrepared(reference="r"), now=NOW.replace(year=2027))
    log.append(ahead)

    (stated,) = (reactor(log, void, history=True).handle(PLACED)).stated

    assert stated.sequence > ahead.sequence


def test_a_fact_sorts_after_what_was_found_in_an_earlier_slot(log: CountingLog) -> None:
    ahead = then(PLACED, StockRejected(skus=()), now=NOW.replace(year=2027))
    log.append(ahead)

    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        return RELEASED

    (stated,) = reactor(log, steps).handle(PLACED).stated

    assert stated.sequence > ahead.sequence


def test_the_event_is_taken_from_the_log_and_not_from_the_message(log: CountingLog) -> None:
    given: list[Event[Any]] = []

    def react(event: Event[Any], _: History) -> Fact:
        given.append(event)
        return VOIDED

    message = msgspec.structs.replace(PLACED, correlationid="of another", data=order_placed(MUTE))
    handled = reactor(log, react, history=True).handle(message)

    assert given == [PLACED]
    assert [event.correlationid for event in handled.stated] == [PLACED.correlationid]


def test_an_event_that_the_log_does_not_hold_has_no_effect(log: CountingLog) -> None:
    forged = placed(order="FORGED")
    handled = reactor(log, void, history=True).handle(forged)

    assert handled == Handled(outcome="forged")
    assert log.calls == ["read"]


def test_an_event_other_than_the_one_in_the_slot_has_no_effect(log: CountingLog) -> None:
    log.append(then(PLACED, OrderConfirmed()))
    consumer = Consumer(
        name="payment",
        on=(On(event=OrderCancelled, react=void, history=True),),
    )
    forged = then(PLACED, OrderCancelled(reason="customer"))

    handled = Reactor(consumer=consumer, log=log, clock=Clock()).handle(forged)

    assert handled == Handled(outcome="forged")


def test_the_outside_is_handed_in_last(log: CountingLog) -> None:
    given: list[object] = []
    outside = object()
    reactor(
        log,
        lambda event, history, port: given.extend([event, history, port]),
        history=True,
        outside=outside,
    ).handle(PLACED)

    assert given == [PLACED, History([PLACED]), outside]


def test_the_same_message_twice_is_a_duplicate_and_changes_nothing(log: CountingLog) -> None:
    clock = Clock()
    subject = reactor(log, void, clock=clock)
    subject.handle(PLACED)
    before = log.read(ORDER)
    clock.advance(hours=1)

    assert subject.handle(PLACED) == Handled(outcome="duplicate")
    assert log.read(ORDER) == before


def test_a_slot_that_another_fact_holds_was_overtaken(log: CountingLog) -> None:
    log.append(then(PLACED, StockRejected(skus=("DRUM",))))

    assert reactor(log, void).handle(PLACED) == Handled(outcome="overtaken")


def test_the_same_type_with_another_reference_was_overtaken(log: CountingLog) -> None:
    log.append(then(PLACED, PaymentPrepared(reference="first")))
    subject = reactor(log, lambda _: PaymentPrepared(reference="second"), name="payment")
    handled = subject.handle(PLACED)

    assert handled == Handled(outcome="overtaken")


def test_a_reaction_that_decides_nothing_yet_states_nothing(log: CountingLog) -> None:
    subject = reactor(log, nothing, states=(OrderConfirmed,), history=True)

    assert subject.handle(PLACED) == Handled(outcome="nothing")


def test_a_reaction_that_finds_its_end_in_the_history_is_a_duplicate(log: CountingLog) -> None:
    log.append(then(PLACED, OrderConfirmed()))
    subject = reactor(log, nothing, states=(OrderConfirmed,), history=True)

    assert subject.handle(PLACED) == Handled(outcome="duplicate")


def test_a_type_that_is_not_heard_is_left_alone(log: CountingLog) -> None:
    subject = reactor(log, void)
    unheard = then(PLACED, DispatchScheduled(carrier="sandbox", reference="SBX1"))

    assert subject.handle(unheard) == Handled(outcome="unheard")
    assert log.calls == []


def test_a_yielded_fact_is_answered_with_the_event_that_holds_the_slot(log: CountingLog) -> None:
    held = log.append(then(PLACED, StockRejected(skus=())))
    answers: list[Event[Any]] = []

    def steps(event: Event[Any]) -> Steps:
        answers.append((yield VOIDED))
        answers.append((yield RELEASED))
        return None

    handled = reactor(log, steps).handle(PLACED)

    assert answers == [held, log.read(ORDER).at(RELEASE)]
    assert [event.data for event in handled.stated] == [RELEASED]


def test_all_facts_of_one_message_are_reported(log: CountingLog) -> None:
    def steps(event: Event[Any]) -> Steps:
        yield VOIDED
        return RELEASED

    handled = reactor(log, steps).handle(PLACED)

    assert [event.type for event in handled.stated] == ["StockVoided", "StockReleased"]


def test_a_fact_goes_into_the_slot_that_it_names(log: CountingLog) -> None:
    handled = reactor(log, lambda _: Fill(fact=VOIDED, slot="inventory/reserve/2")).handle(PLACED)

    assert [event.slot for event in handled.stated] == ["inventory/reserve/2"]


def test_changes_are_written_with_their_fact_and_a_refusal_is_the_reactions_business() -> None:
    tables = MemoryTables()
    log = CountingLog(tables)
    change = Change(table="stock", key="DRUM", attribute="available", by=-1)

    def steps(event: Event[Any]) -> Steps:
        try:
            yield Fill(fact=StockReserved(lines=()), changes=(change,))
        except Refused as refused:
            return StockRejected(skus=refused.keys)
        return None

    refused = reactor(log, steps).handle(PLACED)
    tables("stock").add("DRUM", "available", 1)
    granted = reactor(log, steps).handle(placed(order="NEXT"))

    assert [event.data for event in refused.stated] == [StockRejected(skus=("DRUM",))]
    assert [event.data for event in granted.stated] == [StockReserved(lines=())]
    assert tables("stock").number("DRUM", "available") == 0


def test_what_a_reaction_raises_is_for_the_next_delivery(log: CountingLog) -> None:
    def fails(event: Event[Any]) -> None:
        raise ConnectionError("the outside is away")

    with pytest.raises(ConnectionError):
        reactor(log, fails).handle(PLACED)


def test_a_reaction_that_died_between_two_facts_goes_on_where_it_was(log: CountingLog) -> None:
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
