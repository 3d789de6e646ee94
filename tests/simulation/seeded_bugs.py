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
from simulation.campaign import ROWS, Rows
from tests.simulation.seeding import (
    SEEDED_BUGS,
    Patch,
    seeded_bug,
    with_reaction,
    with_reactions,
)

__all__ = ["SEEDED_BUGS"]


@seeded_bug
def a_cancelled_reference_can_still_be_charged(patch: Patch) -> Rows:
    def cancelled(entry: sandbox.Entry) -> sandbox.Entry:
        if entry.state == "prepared":
            return entry
        return before(entry)

    before = sandbox._cancelled
    patch.setattr(sandbox, "_cancelled", cancelled)
    return ROWS


@seeded_bug
def it_confirms_the_losing_reference(_: Patch) -> Rows:
    def charge(placed: Event[OrderPlaced], history: History, gateway: Gateway) -> Steps:
        if history.at(CHARGE) or history.states(OrderCancelled):
            return None
        order = placed.data
        ours = gateway.prepare(placed.subject, order.total, order.payment_token)
        yield PaymentPrepared(reference=ours)
        return Fill(fact=payment._confirm(ours, gateway), slot=CHARGE)

    return with_reaction("payment", OrderPlaced, charge)


@seeded_bug
def it_refunds_without_calling_the_gateway(_: Patch) -> Rows:
    def void_or_refund(_: Event[OrderCancelled], history: History, gateway: Gateway) -> Any:
        captured = history.find(PaymentCaptured)
        if captured is None:
            return None
        data = captured.data
        return PaymentRefunded(reference=data.reference, amount=data.amount)

    return with_reaction("payment", OrderCancelled, void_or_refund)


@seeded_bug
def it_does_not_void(_: Patch) -> Rows:
    def void_or_refund(_: Event[OrderCancelled], history: History, gateway: Gateway) -> Steps:
        if history.at("payment/attempt") is None:
            return None
        return (yield from payment.void_or_refund(_, history, gateway))

    return with_reaction("payment", OrderCancelled, void_or_refund)


@seeded_bug
def it_confirms_before_stock_is_reserved(_: Patch) -> Rows:
    def decide(_: Event[Any], history: History) -> Fact | None:
        return OrderConfirmed() if history.states(PaymentCaptured) else None

    return with_reaction("ordering", PaymentCaptured, decide)


@seeded_bug
def ordering_ignores_stalls(_: Patch) -> Rows:
    return with_reactions("ordering", lambda on: None if on.event is OrderStalled else on)


@seeded_bug
def stock_is_returned_twice(_: Patch) -> Rows:
    def twice(event: Event[OrderCancelled], history: History) -> Steps:
        decided = yield from release(event, history)
        if isinstance(decided, Fill):
            return replace(decided, changes=decided.changes * 2)
        return decided

    return with_reaction("inventory", OrderCancelled, twice)


@seeded_bug
def a_parcel_is_booked_without_a_lookup(_: Patch) -> Rows:
    def dispatch(confirmed: Event[OrderConfirmed], history: History, carrier: Carrier) -> Any:
        placed = history.find(OrderPlaced)
        if placed is None or history.states(DispatchScheduled):
            return None
        to, how = placed.data.ship_to, placed.data.delivery
        reference = carrier.book(confirmed.subject, to, how)
        return DispatchScheduled(carrier=carrier.name, reference=reference)

    return with_reaction("shipping", OrderConfirmed, dispatch)


@seeded_bug
def an_idempotency_key_is_trusted_to_its_last_minute(patch: Patch) -> Rows:
    patch.setattr("functions.shipping.sandbox.DOUBT", timedelta())
    return ROWS


@seeded_bug
def a_parcel_is_booked_before_the_outcome(_: Patch) -> Rows:
    return with_reactions("shipping", lambda on: replace(on, event=PaymentCaptured))


@seeded_bug
def a_mail_is_sent_without_reading_the_log(_: Patch) -> Rows:
    def send_receipt(placed: Event[OrderPlaced], history: History, mailer: Mailer) -> Fill | None:
        return Fill(fact=ReceiptSent(message_id=mailer.send(mails.receipt(placed))), slot=RECEIPT)

    return with_reaction("email", OrderPlaced, send_receipt)


@seeded_bug
def the_sequence_trusts_the_machine_clock(patch: Patch) -> Rows:
    before = sequence.after
    patch.setattr(sequence, "after", lambda now, *_: before(now))
    return ROWS


@seeded_bug
def the_list_versions_rows_by_sequence(patch: Patch) -> Rows:
    before = projection.row

    def by_sequence(history: History) -> Row | None:
        made = before(history)
        if made is None:
            return None
        last = max(event.sequence for event in history)
        return replace(made, version=int(last.replace(".", "")))

    def project(_: Event[Any], history: History) -> Keep | None:
        made = by_sequence(history)
        return Keep(table="list", rows=(made,)) if made else None

    for module in ("functions.orders.check", "simulation.invariants.at_rest"):
        patch.setattr(f"{module}.row", by_sequence)
    return with_reactions("orders", lambda on: replace(on, react=project))


@seeded_bug
def late_rows_are_not_marked(patch: Patch) -> Rows:
    patch.setattr("functions.analytics.reactions.is_late", lambda *_: False)
    return ROWS


@seeded_bug
def stock_is_not_returned_with_the_slot(_: Patch) -> Rows:
    def unchanged(event: Event[OrderCancelled], history: History) -> Steps:
        decided = yield from release(event, history)
        return replace(decided, changes=()) if isinstance(decided, Fill) else decided

    return with_reaction("inventory", OrderCancelled, unchanged)


@seeded_bug
def a_list_row_counts_a_fact_too_many(_: Patch) -> Rows:
    def project(_: Event[Any], history: History) -> Keep | None:
        made = projection.row(history)
        if made is None or made.version is None:
            return None
        return Keep(table="list", rows=(replace(made, version=made.version + 1),))

    return with_reaction("orders", OrderConfirmed, project)


@seeded_bug
def a_redelivered_order_counts_again(_: Patch) -> Rows:
    def placed(event: Event[OrderPlaced], history: History, now: datetime) -> Keep:
        kept = count(event, history, now)
        rows = tuple(replace(row, sort=f"{row.sort}/{now.isoformat()}") for row in kept.rows)
        return replace(kept, rows=rows)

    return with_reaction("analytics", OrderPlaced, placed)
