"""Bugs seeded into the rules of services."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any

from events import sequence
from events.contracts.checkout import OrderPlaced
from events.contracts.email import RECEIPT, ReceiptSent
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import CHARGE, PaymentCaptured, PaymentPrepared, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from functions.analytics.reactions import placed as count
from functions.email import mails
from functions.email.sender import Mailer
from functions.framework.ports import Row
from functions.framework.reaction import Fill, Keep, Steps
from functions.inventory.reactions import release
from functions.orders import projection
from functions.payment import reactions as payment
from functions.payment import sandbox
from functions.payment.gateway import Gateway
from functions.shipping.carrier import Carrier
from simulation.campaign import Rows
from tests.simulation.seeding import SEEDED_BUGS, Patch, patched, with_reactions

__all__ = ["SEEDED_BUGS"]

cancelled, after, row = sandbox._cancelled, sequence.after, projection.row


@SEEDED_BUGS.in_place_of("functions.payment.sandbox._cancelled")
def a_cancelled_reference_can_still_be_charged(entry: sandbox.Entry) -> sandbox.Entry:
    return entry if entry.state == "prepared" else cancelled(entry)


@SEEDED_BUGS.reaction("payment", OrderPlaced)
def it_confirms_the_losing_reference(
    placed: Event[OrderPlaced], history: History, gateway: Gateway
) -> Steps:
    if history.at(CHARGE) or history.states(OrderCancelled):
        return None
    order = placed.data
    ours = gateway.prepare(placed.subject, order.total, order.payment_token)
    yield PaymentPrepared(reference=ours)
    return Fill(fact=payment._confirm(ours, gateway), slot=CHARGE)


@SEEDED_BUGS.reaction("payment", OrderCancelled)
def it_refunds_without_calling_the_gateway(
    _: Event[OrderCancelled], history: History, gateway: Gateway
) -> Fact | None:
    captured = history.find(PaymentCaptured)
    if captured is None:
        return None
    return PaymentRefunded(reference=captured.data.reference, amount=captured.data.amount)


@SEEDED_BUGS.reaction("payment", OrderCancelled)
def it_does_not_void(_: Event[OrderCancelled], history: History, gateway: Gateway) -> Steps:
    if history.at("payment/attempt") is None:
        return None
    return (yield from payment.void_or_refund(_, history, gateway))


@SEEDED_BUGS.reaction("ordering", PaymentCaptured)
def it_confirms_before_stock_is_reserved(_: Event[Any], history: History) -> Fact | None:
    return OrderConfirmed() if history.states(PaymentCaptured) else None


SEEDED_BUGS["ordering_ignores_stalls"] = with_reactions(
    "ordering", lambda on: None if on.event is OrderStalled else on
)


@SEEDED_BUGS.reaction("inventory", OrderCancelled)
def stock_is_returned_twice(event: Event[OrderCancelled], history: History) -> Steps:
    decided = yield from release(event, history)
    return replace(decided, changes=decided.changes * 2) if isinstance(decided, Fill) else decided


@SEEDED_BUGS.reaction("inventory", OrderCancelled)
def stock_is_not_returned_with_the_slot(event: Event[OrderCancelled], history: History) -> Steps:
    decided = yield from release(event, history)
    return replace(decided, changes=()) if isinstance(decided, Fill) else decided


@SEEDED_BUGS.reaction("shipping", OrderConfirmed)
def a_parcel_is_booked_without_a_lookup(
    confirmed: Event[OrderConfirmed], history: History, carrier: Carrier
) -> Fact | None:
    placed = history.find(OrderPlaced)
    if placed is None or history.states(DispatchScheduled):
        return None
    reference = carrier.book(confirmed.subject, placed.data.ship_to, placed.data.delivery)
    return DispatchScheduled(carrier=carrier.name, reference=reference)


SEEDED_BUGS["a_parcel_is_booked_before_the_outcome"] = with_reactions(
    "shipping", lambda on: replace(on, event=PaymentCaptured)
)


SEEDED_BUGS["an_idempotency_key_is_trusted_to_its_last_minute"] = patched(
    "functions.shipping.sandbox.DOUBT", timedelta()
)


@SEEDED_BUGS.reaction("email", OrderPlaced)
def a_mail_is_sent_without_reading_the_log(
    placed: Event[OrderPlaced], history: History, mailer: Mailer
) -> Fill | None:
    sent = mailer.send(mails.receipt(placed, history))
    return Fill(fact=ReceiptSent(message_id=sent), slot=RECEIPT)


SEEDED_BUGS["the_sequence_trusts_the_machine_clock"] = patched(
    "events.sequence.after", lambda now, *_: after(now)
)


@SEEDED_BUGS.seed
def the_list_versions_rows_by_sequence(patch: Patch) -> Rows:
    def by_sequence(history: History) -> Row | None:
        made = row(history)
        if made is None:
            return None
        last = max(event.sequence for event in history)
        return replace(made, version=int(last.replace(".", "")))

    def project(_: Event[Any], history: History) -> Keep | None:
        made = by_sequence(history)
        return Keep(table="list", rows=(made,)) if made else None

    patch.setattr("functions.orders.check.row", by_sequence)
    return with_reactions("orders", lambda on: replace(on, react=project))(patch)


SEEDED_BUGS["late_rows_are_not_marked"] = patched(
    "functions.analytics.reactions.is_late", lambda *_: False
)


@SEEDED_BUGS.reaction("orders", OrderConfirmed)
def a_list_row_counts_a_fact_too_many(_: Event[Any], history: History) -> Keep | None:
    made = row(history)
    if made is None or made.version is None:
        return None
    return Keep(table="list", rows=(replace(made, version=made.version + 1),))


@SEEDED_BUGS.reaction("analytics", OrderPlaced)
def a_redelivered_order_counts_again(
    event: Event[OrderPlaced], history: History, now: datetime
) -> Keep:
    kept = count(event, history, now)
    rows = tuple(replace(row, sort=f"{row.sort}/{now.isoformat()}") for row in kept.rows)
    return replace(kept, rows=rows)
