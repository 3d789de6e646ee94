"""Outstanding reactions of an order are those of the map without their facts."""

import pytest

from events.contracts.email import (
    CANCELLATION,
    RECEIPT,
    CancellationSent,
    DispatchNoteSent,
    MailRefused,
    ReceiptSent,
)
from events.contracts.inventory import StockRejected, StockReleased, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentPrepared,
    PaymentRefunded,
)
from events.contracts.shipping import DispatchScheduled
from events.envelope import Fact
from events.history import History
from events.money import Money
from functions.map import CONSUMERS
from ops.views.outstanding import at_rest, outstanding
from testkit.builders import history_of

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
RECEIPT_SENT = ReceiptSent(message_id="m")
NOTE_SENT = DispatchNoteSent(message_id="m")
CANCELLATION_SENT = CancellationSent(message_id="m")
REFUSED = MailRefused(reason="MessageRejected")


def waits(*facts: Fact | tuple[Fact, str]) -> set[tuple[str, str]]:
    return {(pending.consumer, pending.slot) for pending in outstanding(history_of(*facts))}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), {("payment", "payment/charge"), ("inventory", "inventory/reserve")}),
        ((PREPARED,), {("payment", "payment/charge"), ("inventory", "inventory/reserve")}),
        ((CAPTURED,), {("inventory", "inventory/reserve"), ("ordering", "outcome")}),
        ((CAPTURED, RESERVED), {("ordering", "outcome")}),
        ((CAPTURED, RESERVED, CONFIRMED), {("shipping", "shipping/dispatch")}),
        ((CAPTURED, RESERVED, CONFIRMED, DISPATCHED), {("email", "email/dispatch")}),
        ((CAPTURED, RESERVED, CONFIRMED, DISPATCHED, NOTE_SENT), set()),
        (
            (DECLINED, RESERVED, CANCELLED),
            {("inventory", "inventory/release"), ("email", "email/cancellation")},
        ),
        ((DECLINED, RESERVED, CANCELLED, RELEASED), {("email", "email/cancellation")}),
        ((DECLINED, RESERVED, CANCELLED, RELEASED, CANCELLATION_SENT), set()),
        (
            (PREPARED, CAPTURED, REJECTED, CANCELLED, CANCELLATION_SENT),
            {("payment", "payment/refund")},
        ),
        ((PREPARED, CAPTURED, REJECTED, CANCELLED, CANCELLATION_SENT, REFUNDED), set()),
    ],
)
def test_outstanding_reactions_are_known_at_every_step_of_an_order(
    facts: tuple[Fact, ...], expected: set[tuple[str, str]]
) -> None:
    assert waits(RECEIPT_SENT, *facts) == expected


@pytest.mark.parametrize(
    ("fact", "pending"),
    [
        (None, True),
        (RECEIPT_SENT, False),
        ((REFUSED, RECEIPT), False),
        ((REFUSED, CANCELLATION), True),
        (CANCELLED, False),
    ],
    ids=["nothing", "sent", "refused", "another refused", "cancelled"],
)
def test_a_mail_is_outstanding_until_its_slot_is_filled_or_it_is_unnecessary(
    fact: Fact | tuple[Fact, str] | None, pending: bool
) -> None:
    facts = () if fact is None else (fact,)

    assert (("email", RECEIPT) in waits(*facts)) is pending


def test_a_decision_that_two_events_wait_for_counts_once_under_the_later_one() -> None:
    (pending,) = outstanding(history_of(RECEIPT_SENT, PREPARED, CAPTURED, RESERVED))

    assert pending.cause.type == "StockReserved"


def test_an_order_that_does_not_exist_has_nothing_outstanding() -> None:
    assert outstanding(History()) == ()


def test_only_consumers_of_the_map_have_outstanding_reactions() -> None:
    payment = tuple(consumer for consumer in CONSUMERS if consumer.name == "payment")

    assert [pending.consumer for pending in outstanding(history_of(), payment)] == ["payment"]


@pytest.mark.parametrize(
    ("facts", "rests"),
    [
        ((CAPTURED, RESERVED, CONFIRMED), False),
        ((CAPTURED, RESERVED, CONFIRMED, DISPATCHED), False),
        ((CAPTURED, RESERVED, CONFIRMED, DISPATCHED, NOTE_SENT), True),
        ((CAPTURED, REJECTED, CANCELLED, REFUNDED), False),
        ((CAPTURED, REJECTED, CANCELLED, CANCELLATION_SENT), False),
        ((CAPTURED, REJECTED, CANCELLED, CANCELLATION_SENT, REFUNDED), True),
        ((CAPTURED, REJECTED, CANCELLED, REFUNDED, (REFUSED, CANCELLATION)), True),
    ],
)
def test_an_order_is_at_rest_once_it_has_ended_and_the_customer_was_mailed(
    facts: tuple[Fact, ...], rests: bool
) -> None:
    assert at_rest(history_of(RECEIPT_SENT, *facts)) is rests
