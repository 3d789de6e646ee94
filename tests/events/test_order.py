"""The fold of an order: every state, and the states in between."""

from typing import Literal

import pytest

from events.contracts.inventory import (
    Reserved,
    StockRejected,
    StockReleased,
    StockReserved,
    StockVoided,
)
from events.contracts.ordering import OrderCancelled, OrderConfirmed, Reason
from events.contracts.orders import OrderStalled
from events.contracts.payment import (
    CHARGE,
    PaymentCaptured,
    PaymentDeclined,
    PaymentPrepared,
    PaymentRefunded,
    PaymentVoided,
)
from events.contracts.shipping import DispatchScheduled
from events.envelope import Fact
from events.history import History
from events.money import Money
from events.order import NotPlaced, Status, fold
from testkit.builders import MUTE, ORDER, TRUMPET, history_of

type Stated = Fact | tuple[Fact, str]

TOTAL = Money(amount=28890, currency="EUR")
PIECES = (Reserved(sku=TRUMPET.sku, quantity=1), Reserved(sku=MUTE.sku, quantity=2))

PREPARED = PaymentPrepared(reference="r")
PAID = PaymentCaptured(reference="r", amount=TOTAL)
DECLINED = PaymentDeclined(reference="r", reason="card_declined")
REFUNDED = PaymentRefunded(reference="r", amount=TOTAL)
NEVER_TRIED = PaymentVoided()
NEVER_CHARGED = (PaymentVoided(reference="r"), CHARGE)
RESERVED = StockReserved(lines=PIECES)
REJECTED = StockRejected(skus=(MUTE.sku,))
RELEASED = StockReleased(lines=PIECES)
NEVER_TAKEN = StockVoided()
CONFIRMED = OrderConfirmed()
DISPATCHED = DispatchScheduled(carrier="sandbox", reference="SBX1")
STALLED = (OrderStalled(waited_seconds=3600), "stalled/1")


def cancelled(reason: Reason) -> OrderCancelled:
    return OrderCancelled(reason=reason)


STATUSES: list[tuple[str, tuple[Stated, ...], Status]] = [
    ("just placed", (), "placed"),
    ("a reference prepared, nothing charged yet", (PREPARED,), "placed"),
    ("reserved only", (RESERVED,), "reserved"),
    ("paid only", (PREPARED, PAID), "paid"),
    ("paid, then reserved, not yet confirmed", (PREPARED, PAID, RESERVED), "paid"),
    ("reserved, then paid, not yet confirmed", (RESERVED, PREPARED, PAID), "paid"),
    ("declined, not yet cancelled", (PREPARED, DECLINED), "placed"),
    ("sold out, not yet cancelled", (REJECTED,), "placed"),
    ("stalled, not yet cancelled", (RESERVED, STALLED), "reserved"),
    ("confirmed", (PREPARED, PAID, RESERVED, CONFIRMED), "confirmed"),
    ("dispatched", (PREPARED, PAID, RESERVED, CONFIRMED, DISPATCHED), "dispatched"),
    ("cancelled", (RESERVED, PREPARED, DECLINED, cancelled("payment-declined")), "cancelled"),
]


@pytest.mark.parametrize(
    ("facts", "status"), [case[1:] for case in STATUSES], ids=[case[0] for case in STATUSES]
)
def test_the_status_names_the_furthest_step(facts: tuple[Stated, ...], status: Status) -> None:
    assert fold(history_of(*facts)).status == status


@pytest.mark.parametrize(
    ("facts", "paid", "reserved"),
    [
        ((), False, False),
        ((PREPARED,), False, False),
        ((PREPARED, PAID), True, False),
        ((RESERVED,), False, True),
        ((PREPARED, PAID, RESERVED), True, True),
        ((PREPARED, DECLINED, REJECTED), False, False),
    ],
)
def test_paid_and_reserved_are_independent(
    facts: tuple[Stated, ...], paid: bool, reserved: bool
) -> None:
    order = fold(history_of(*facts))

    assert (order.paid, order.reserved) == (paid, reserved)


@pytest.mark.parametrize(
    ("facts", "refund"),
    [
        ((PREPARED, PAID), "none"),
        ((PREPARED, PAID, REJECTED), "none"),
        ((PREPARED, PAID, REJECTED, cancelled("out-of-stock")), "due"),
        ((REJECTED, cancelled("out-of-stock"), PREPARED, PAID), "due"),
        ((PREPARED, PAID, REJECTED, cancelled("out-of-stock"), REFUNDED), "done"),
        ((PREPARED, cancelled("customer"), REFUNDED), "done"),
        ((PREPARED, cancelled("customer"), REFUNDED, PAID), "done"),
        ((PREPARED, DECLINED, cancelled("payment-declined")), "none"),
        ((cancelled("customer"), NEVER_TRIED), "none"),
    ],
)
def test_a_refund_is_due_until_the_money_of_a_cancelled_order_is_paid_back(
    facts: tuple[Stated, ...], refund: Literal["none", "due", "done"]
) -> None:
    assert fold(history_of(*facts)).refund == refund


GONE = cancelled("customer")
MOVING: list[tuple[str, tuple[Stated, ...], bool]] = [
    ("placed", (), True),
    ("confirmed, no parcel yet", (PREPARED, PAID, RESERVED, CONFIRMED), True),
    ("dispatched", (PREPARED, PAID, RESERVED, CONFIRMED, DISPATCHED), False),
    ("cancelled at once", (GONE,), True),
    ("cancelled, payment voided, stock not yet", (GONE, NEVER_TRIED), True),
    ("cancelled, stock voided, payment not yet", (GONE, NEVER_TAKEN), True),
    ("cancelled and both voided", (GONE, NEVER_TRIED, NEVER_TAKEN), False),
    ("money to return", (PREPARED, PAID, GONE, NEVER_TAKEN), True),
    ("money returned", (PREPARED, PAID, GONE, NEVER_TAKEN, REFUNDED), False),
    ("stock to return", (RESERVED, GONE, NEVER_TRIED), True),
    ("stock returned", (RESERVED, GONE, NEVER_TRIED, RELEASED), False),
    ("a charge whose answer is open", (PREPARED, GONE, NEVER_TAKEN), True),
    ("a charge that the gateway refused", (PREPARED, GONE, NEVER_TAKEN, NEVER_CHARGED), False),
    ("declined, stock to return", (RESERVED, PREPARED, DECLINED, GONE), True),
    ("declined, stock returned", (RESERVED, PREPARED, DECLINED, GONE, RELEASED), False),
    ("sold out, money returned", (PREPARED, PAID, REJECTED, GONE, REFUNDED), False),
]


@pytest.mark.parametrize(
    ("facts", "moving"), [case[1:] for case in MOVING], ids=[case[0] for case in MOVING]
)
def test_an_order_moves_until_it_is_dispatched_or_undone(
    facts: tuple[Stated, ...], moving: bool
) -> None:
    assert fold(history_of(*facts)).moving is moving


@pytest.mark.parametrize("reason", ["customer", "payment-declined", "out-of-stock", "stalled"])
def test_a_cancelled_order_has_its_reason(reason: Reason) -> None:
    assert fold(history_of(cancelled(reason))).reason == reason


def test_an_order_has_its_lines_and_the_parcels_tracking_number() -> None:
    order = fold(history_of(PREPARED, PAID, RESERVED, CONFIRMED, DISPATCHED))

    assert (order.id, order.total, order.lines) == (ORDER, TOTAL, (TRUMPET, MUTE))
    assert (order.tracking, order.reason) == ("SBX1", None)


def test_the_timeline_has_every_event_in_total_order() -> None:
    history = history_of(RESERVED, PREPARED, PAID)
    order = fold(history)

    assert [(step.type, step.source, step.time) for step in order.timeline] == [
        (event.type, event.source, event.time) for event in history
    ]


def test_the_version_counts_the_facts_and_the_sequence_is_the_last() -> None:
    history = history_of(RESERVED, PREPARED)
    order = fold(history)

    assert order.version == 3
    assert order.sequence == list(history)[-1].sequence


def test_without_order_placed_the_fold_fails() -> None:
    with pytest.raises(NotPlaced):
        fold(History(list(history_of(RESERVED))[1:]))
