"""The causation tree of an order, as text."""

from datetime import timedelta
from typing import Any

from events.contracts.email import CancellationSent, DispatchNoteSent, ReceiptSent
from events.contracts.inventory import StockRejected, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from events.history import History
from events.money import Money
from events.order import fold
from functions.runtime import backoff
from ops.logs.attempts import Attempts
from ops.logs.record import LogRecord
from ops.views.order_tree import OTHERS, WIDTH, draw
from ops.views.recipients import recipients
from testkit.builders import NOW, placed, then
from tests.ops.conftest import record

EUR = Money(amount=100, currency="EUR")
PLACED = placed()
CAPTURED = then(PLACED, PaymentCaptured(reference="r", amount=EUR))
RESERVED = then(PLACED, StockReserved(lines=()), now=NOW + timedelta(milliseconds=120))
CONFIRMED = then(RESERVED, OrderConfirmed(), seen=[CAPTURED.sequence])
DISPATCHED = then(CONFIRMED, DispatchScheduled(carrier="c", reference="r"))
RECEIPT_SENT = then(PLACED, ReceiptSent(message_id="m"), now=NOW + timedelta(milliseconds=150))
NOTE_SENT = then(DISPATCHED, DispatchNoteSent(message_id="m"))


def whole(*events: Event[Any], records: tuple[LogRecord, ...] = (), **obstacles: str) -> list[str]:
    history = History(events)
    later = NOW + timedelta(seconds=2)
    return draw(fold(history), history, later, Attempts(records), obstacles).plain.splitlines()


def drawn(*events: Event[Any], records: tuple[LogRecord, ...] = (), **obstacles: str) -> str:
    """Return a tree without the other recipients, which depend on the map."""
    lines = whole(*events, records=records, **obstacles)
    return "\n".join(line for line in lines if OTHERS not in line)


def test_a_finished_order_is_drawn_with_its_causes_services_and_times() -> None:
    assert drawn(PLACED, CAPTURED, RESERVED, RECEIPT_SENT, CONFIRMED, DISPATCHED, NOTE_SENT) == (
        "5WQF  dispatched in 240 ms\n"
        "OrderPlaced                  checkout      0 ms\n"
        "├─ PaymentCaptured           payment      60 ms\n"
        "├─ StockReserved             inventory   120 ms\n"
        "│  └─ OrderConfirmed         ordering    180 ms\n"
        "│     └─ DispatchScheduled   shipping    240 ms\n"
        "│        └─ DispatchNoteSent email       300 ms\n"
        "└─ ReceiptSent               email       150 ms\n"
        f"correlation {PLACED.correlationid}"
    )


def test_outstanding_reactions_are_under_their_cause_and_are_counted() -> None:
    assert drawn(PLACED, CAPTURED) == (
        "5WQF  paid, 2000 ms after it was placed, 3 reactions outstanding\n"
        "OrderPlaced               checkout      0 ms\n"
        "├─ PaymentCaptured        payment      60 ms\n"
        "│  ├─ (email/receipt)     email      pending for 1940 ms\n"
        "│  └─ (outcome)           ordering   pending for 1940 ms\n"
        "└─ (inventory/reserve)    inventory  pending for 2000 ms\n"
        f"correlation {PLACED.correlationid}"
    )


def test_a_failed_reaction_shows_its_attempts_and_its_error() -> None:
    failed = record("retry", event=PLACED.id, receives=3, error="GatewayUnavailable")

    text = drawn(PLACED, RESERVED, records=(failed,))

    tries = f"retry 3 of {backoff.receives_to_ride_out()}"
    assert f"(payment/charge)       payment    {tries}, GatewayUnavailable (2000 ms)" in text


def test_an_obstacle_of_a_consumer_is_at_its_outstanding_reaction() -> None:
    text = drawn(PLACED, CAPTURED, email="paused")

    assert "├─ (email/receipt)     email      pending for 1940 ms, paused" in text
    assert text.count("paused") == 1


def test_other_recipients_are_right_below_their_event_in_its_branch() -> None:
    lines = whole(PLACED, CAPTURED, RESERVED, RECEIPT_SENT, CONFIRMED)

    others = recipients(PLACED, ("payment", "inventory", "email"), Attempts())
    assert "payment" not in others
    assert lines[2] == f"│  also to {others}"
    captured = next(number for number, line in enumerate(lines) if "PaymentCaptured" in line)
    assert lines[captured + 1] == f"│     also to {recipients(CAPTURED, (), Attempts())}"
    confirmed = next(number for number, line in enumerate(lines) if "OrderConfirmed" in line)
    others = recipients(CONFIRMED, ("shipping",), Attempts())
    assert lines[confirmed + 1] == f"│     │  also to {others}"


def test_many_recipients_are_wrapped() -> None:
    error = record("retry", "analytics", event=PLACED.id, receives=3, error="E" * 50)

    lines = whole(PLACED, records=(error,))

    assert max(map(len, lines)) <= WIDTH
    assert any(line.startswith("│" + " " * 10) for line in lines)


def test_bars_show_the_cause_the_waiting_time_and_the_working_time() -> None:
    captured = record("done", stated=(CAPTURED.id,), millis=30, time=CAPTURED.time)
    confirmed = record("done", stated=(CONFIRMED.id,), millis=30, time=CONFIRMED.time)

    text = drawn(PLACED, CAPTURED, RESERVED, CONFIRMED, records=(captured, confirmed))

    bars = [line.partition(" ms")[2] for line in text.splitlines() if "pending" not in line][1:]
    # 180 ms are 24 cells: 30 ms are four.
    assert bars[:4] == ["", "  ░░░░████", "", "  " + " " * 16 + "░░░░████"]


def test_a_cancelled_order_shows_its_reason_and_its_refund() -> None:
    rejected = then(PLACED, StockRejected(skus=("A",)))
    prepared = then(PLACED, PaymentPrepared(reference="r"))
    cancelled = then(rejected, OrderCancelled(reason="out-of-stock"))
    mailed = then(cancelled, CancellationSent(message_id="m"))
    charged = [PLACED, rejected, prepared, CAPTURED, cancelled, mailed]
    refunded = then(cancelled, PaymentRefunded(reference="r", amount=EUR))

    owing, paid_back = drawn(*charged), drawn(*charged, refunded)

    assert owing.splitlines()[0] == (
        "5WQF  cancelled (out-of-stock) in 120 ms, money to be returned, 1 reaction outstanding"
    )
    assert paid_back.splitlines()[0] == ("5WQF  cancelled (out-of-stock) in 120 ms, money returned")
