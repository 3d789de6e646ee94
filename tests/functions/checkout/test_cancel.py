"""Cancelling an order: possible until it is confirmed, and idempotent."""

from typing import Any
from unittest.mock import ANY, call

import pytest

from events.contracts.inventory import StockReserved, StockVoided
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared, PaymentVoided
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.order import fold
from testkit.builders import Clock, then
from testkit.customer import ORDER
from tests.functions.checkout.conftest import MemoryShop, append_facts

CONFIRMED = OrderConfirmed()
DISPATCHED = DispatchScheduled(carrier="sandbox", reference="SBX1")


def test_a_placed_order_can_be_cancelled_by_its_customer(placed: MemoryShop) -> None:
    answer = placed.cancel()

    assert answer.status == 200
    assert (answer.body["status"], answer.body["reason"]) == ("cancelled", "customer")
    event = placed.log.read(ORDER).find(OrderCancelled)
    assert event is not None
    assert (event.source, event.slot, event.causationid) == (
        "checkout",
        "outcome",
        f"{ORDER}/placed",
    )
    assert placed.log.method_calls[:2] == [call.read(ORDER), call.append(ANY)]


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (PaymentPrepared(reference="r"),),
        (PaymentPrepared(reference="r"), PaymentCaptured),
        (StockReserved(lines=()),),
    ],
    ids=["placed", "prepared", "paid", "reserved"],
)
def test_an_order_can_be_cancelled_until_its_outcome(
    placed: MemoryShop, facts: tuple[Any, ...]
) -> None:
    total = fold(placed.log.read(ORDER)).total
    append_facts(
        placed,
        *(
            f if isinstance(f, Fact) else PaymentCaptured(reference="r", amount=total)
            for f in facts
        ),
    )
    answer = placed.cancel()

    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    cancelled = placed.log.read(ORDER).find(OrderCancelled)
    assert cancelled == list(placed.log.read(ORDER))[-1]


@pytest.mark.parametrize("facts", [(CONFIRMED,), (CONFIRMED, DISPATCHED)])
def test_a_confirmed_order_cannot_be_cancelled(placed: MemoryShop, facts: tuple[Fact, ...]) -> None:
    append_facts(placed, *facts)
    placed.log.reset_mock()
    answer = placed.cancel()

    assert (answer.status, answer.problem) == (409, "already-confirmed")
    assert placed.log.method_calls == [call.read(ORDER)]
    assert not placed.log.read(ORDER).states(OrderCancelled)


def test_a_concurrently_confirmed_order_is_not_cancelled(
    placed: MemoryShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = next(iter(placed.log.read(ORDER)))
    append = placed.log.append

    def faster(event: Event[Any], changes: Any = ()) -> Any:
        append(then(origin, CONFIRMED))
        return append(event, changes)

    monkeypatch.setattr(placed.log, "append", faster)

    assert placed.cancel().status == 409
    assert not placed.log.read(ORDER).states(OrderCancelled)


def test_the_log_line_names_the_event_only_if_this_cancel_wrote_it(
    placed: MemoryShop,
) -> None:
    placed.cancel()
    placed.cancel()

    first, second = placed.lines.lines[-2:]
    assert first["event"] == f"{ORDER}/outcome"
    assert "event" not in second


def test_a_concurrent_cancellation_by_the_shop_keeps_its_reason(
    placed: MemoryShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = next(iter(placed.log.read(ORDER)))
    append = placed.log.append

    def faster(event: Event[Any], changes: Any = ()) -> Any:
        append(then(origin, OrderCancelled(reason="out-of-stock")))
        return append(event, changes)

    monkeypatch.setattr(placed.log, "append", faster)

    assert placed.cancel().body["reason"] == "out-of-stock"
    assert "event" not in placed.lines.lines[-1]


def test_cancelling_twice_gets_the_same_answer_and_writes_once(
    placed: MemoryShop, clock: Clock
) -> None:
    first = placed.cancel()
    clock.advance(seconds=5)
    placed.log.reset_mock()

    assert placed.cancel() == first
    assert placed.log.method_calls == [call.read(ORDER)]


def test_an_order_cancelled_by_the_shop_keeps_its_reason(placed: MemoryShop) -> None:
    append_facts(placed, OrderCancelled(reason="out-of-stock"))
    answer = placed.cancel()

    assert (answer.status, answer.body["reason"]) == (200, "out-of-stock")


def test_a_cancelled_order_is_in_progress_until_it_is_voided(placed: MemoryShop) -> None:
    assert "retry-after" in placed.cancel().headers

    append_facts(placed, PaymentVoided(), StockVoided())

    assert "retry-after" not in placed.show().headers
