"""What must still follow is what the map promises, less what is there."""

import pytest

from events.envelope import Fact
from events.history import History
from events.inventory import StockRejected, StockReleased, StockReserved
from events.money import Money
from events.ordering import OrderCancelled, OrderConfirmed
from events.payment import PaymentCaptured, PaymentDeclined, PaymentPrepared, PaymentRefunded
from events.shipping import DispatchScheduled
from functions.map import CONSUMERS
from ops.outstanding import outstanding
from tests.builders import story

EUR = Money(amount=100, currency="EUR")
PREPARED = PaymentPrepared(reference="r")
CAPTURED = PaymentCaptured(reference="r", amount=EUR)
DECLINED = PaymentDeclined(reference="r", reason="no")
REFUNDED = PaymentRefunded(reference="r", amount=EUR)
RESERVED = StockReserved(lines=())
REJECTED = StockRejected(skus=("A",))
RELEASED = StockReleased(lines=())
CONFIRMED = OrderConfirmed()
CANCELLED = OrderCancelled(reason="customer")
DISPATCHED = DispatchScheduled(carrier="c", reference="r")


def waits(*facts: Fact) -> set[tuple[str, str]]:
    return {(pending.consumer, pending.slot) for pending in outstanding(story(*facts))}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), {("payment", "payment/charge"), ("inventory", "inventory/reserve")}),
        ((PREPARED,), {("payment", "payment/charge"), ("inventory", "inventory/reserve")}),
        ((CAPTURED,), {("inventory", "inventory/reserve"), ("ordering", "outcome")}),
        ((CAPTURED, RESERVED), {("ordering", "outcome")}),
        ((CAPTURED, RESERVED, CONFIRMED), {("shipping", "shipping/dispatch")}),
        ((CAPTURED, RESERVED, CONFIRMED, DISPATCHED), set()),
        ((DECLINED, RESERVED, CANCELLED), {("inventory", "inventory/release")}),
        ((DECLINED, RESERVED, CANCELLED, RELEASED), set()),
        ((PREPARED, CAPTURED, REJECTED, CANCELLED), {("payment", "payment/refund")}),
        ((PREPARED, CAPTURED, REJECTED, CANCELLED, REFUNDED), set()),
    ],
)
def test_what_is_outstanding_is_told_at_every_point_of_the_story(
    facts: tuple[Fact, ...], expected: set[tuple[str, str]]
) -> None:
    assert waits(*facts) == expected


def test_a_decision_that_two_events_wait_for_counts_once_under_the_later_one() -> None:
    (pending,) = outstanding(story(PREPARED, CAPTURED, RESERVED))

    assert pending.cause.type == "StockReserved"


def test_nothing_is_outstanding_of_an_order_that_does_not_exist() -> None:
    assert outstanding(History()) == ()


def test_only_the_consumers_on_the_map_are_waited_for() -> None:
    payment = tuple(consumer for consumer in CONSUMERS if consumer.name == "payment")

    assert [pending.consumer for pending in outstanding(story(), payment)] == ["payment"]
