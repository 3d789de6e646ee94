"""Bugs seeded into what facts, parcels, mails and read models say: sizes, currencies, variants."""

from copy import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from events import order_list
from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentDeclined, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from events.history import History
from events.money import Money, formatted
from events.order_list import Listed
from functions.analytics import figures
from functions.email import mails, reactions
from functions.email.sender import Mailer
from functions.framework.ports import Change, Mail
from functions.framework.reaction import Fill, Steps
from functions.inventory.reactions import release, reserve
from functions.payment.sandbox import SandboxGateway
from functions.shipping.sandbox import SandboxCarrier
from simulation.campaign import ROWS, Rows
from tests.simulation.seeding import SEEDED_BUGS, Patch, patched, with_reactions

__all__ = ["SEEDED_BUGS"]

A_TRANSACTION = 24
"""Lines that fit an old transaction of DynamoDB, beside the log's item."""

prepare, cancel, book = SandboxGateway.prepare, SandboxGateway.cancel, SandboxCarrier.book
listed, compose = order_list._listed, mails._mail


# -- sizes -----------------------------------------------------------------------------------------


def _first_lines(order: OrderPlaced, most: int = A_TRANSACTION) -> OrderPlaced:
    return replace(order, lines=order.lines[:most])


@SEEDED_BUGS.reaction("inventory", OrderPlaced)
def only_the_first_lines_are_reserved(placed: Event[OrderPlaced], history: History) -> Steps:
    return (yield from reserve(replace(placed, data=_first_lines(placed.data)), history))


@SEEDED_BUGS.reaction("inventory", OrderCancelled)
def only_the_first_lines_are_returned(event: Event[OrderCancelled], history: History) -> Steps:
    decided = yield from release(event, history)
    if not isinstance(decided, Fill):
        return decided
    changes: tuple[Change, ...] = tuple(decided.changes)[:A_TRANSACTION]
    return replace(decided, changes=changes)


@SEEDED_BUGS.in_place_of("functions.payment.sandbox.SandboxGateway.prepare")
def an_amount_of_seven_digits_is_cut(
    self: SandboxGateway, order: str, amount: Money, token: str
) -> str:
    return prepare(self, order, replace(amount, amount=amount.amount % 10**5), token)


@SEEDED_BUGS.in_place_of("functions.email.mails._mail")
def a_mail_has_only_the_first_lines(name: str, placed: Event[OrderPlaced], *more: Any) -> Mail:
    return compose(name, replace(placed, data=_first_lines(placed.data)), *more)


# -- currencies and deliveries ---------------------------------------------------------------------


@SEEDED_BUGS.in_place_of("functions.payment.sandbox.SandboxGateway.prepare")
def every_order_is_charged_in_euros(
    self: SandboxGateway, order: str, amount: Money, token: str
) -> str:
    return prepare(self, order, replace(amount, currency="EUR"), token)


@SEEDED_BUGS.in_place_of("functions.payment.reactions.PaymentRefunded")
def every_refund_is_stated_in_euros(*, amount: Money, **more: Any) -> PaymentRefunded:
    return PaymentRefunded(amount=replace(amount, currency="EUR"), **more)


@SEEDED_BUGS.in_place_of("functions.shipping.sandbox.SandboxCarrier.book")
def every_parcel_goes_by_standard_delivery(
    self: SandboxCarrier, order: str, to: Any, delivery: Any
) -> str:
    return book(self, order, to, "standard")


@SEEDED_BUGS.in_place_of("functions.email.mails.formatted")
def every_amount_has_two_digits_after_the_point(money: Money) -> str:
    return f"{money.amount // 100:,}.{money.amount % 100:02} {money.currency}"


# -- mails -----------------------------------------------------------------------------------------


@SEEDED_BUGS.in_place_of("functions.email.mails._mail")
def every_mail_goes_to_the_first_customer(*given: Any) -> Mail:
    return replace(compose(*given), to="0@example.com")


def _note_without_parcel(
    confirmed: Event[OrderConfirmed], history: History, mailer: Mailer
) -> Fill | None:
    parcel = DispatchScheduled(carrier="sandbox", reference="SBX")
    dispatched: Any = replace(confirmed, data=parcel)  # type: ignore[arg-type]
    return reactions.send_dispatch_note(dispatched, history, mailer)


def _cancellation_at_once(
    declined: Event[PaymentDeclined], history: History, mailer: Mailer
) -> Fill | None:
    cancelled: Any = replace(declined, data=OrderCancelled(reason="payment-declined"))  # type: ignore[arg-type]
    return reactions.send_cancellation(cancelled, history, mailer)


SEEDED_BUGS["a_dispatch_note_is_sent_before_the_parcel"] = with_reactions(
    "email",
    lambda on: (
        replace(on, event=OrderConfirmed, react=_note_without_parcel)
        if on.event is DispatchScheduled
        else on
    ),
)


SEEDED_BUGS["a_cancellation_is_mailed_before_the_outcome"] = with_reactions(
    "email",
    lambda on: (
        replace(on, event=PaymentDeclined, react=_cancellation_at_once)
        if on.event is OrderCancelled
        else on
    ),
)


SEEDED_BUGS["the_first_mail_has_what_was_typed"] = patched(
    "functions.email.mails.is_paid", lambda _: True
)


@SEEDED_BUGS.in_place_of("functions.email.mails._cells")
def a_line_has_the_price_of_one_piece(line: Any, order: OrderPlaced) -> dict[str, str]:
    price = Money(amount=line.unit_price, currency=order.total.currency)
    return {
        "quantity": str(line.quantity),
        "product": line.name,
        "price": formatted(price),
    }


@SEEDED_BUGS.seed
def a_dispatch_note_has_the_order_instead_of_the_parcel(patch: Patch) -> Rows:
    note = mails.dispatch_note
    patch.setattr(
        mails,
        "dispatch_note",
        lambda placed, parcel, *more: note(
            placed, replace(parcel, reference=placed.subject), *more
        ),
    )
    return ROWS


# -- read models, with the fold that their checks use ----------------------------------------------


@SEEDED_BUGS.in_place_of("events.order_list._listed")
def the_list_counts_lines_and_not_pieces(placed: Event[OrderPlaced], history: History) -> Listed:
    return replace(listed(placed, history), pieces=len(placed.data.lines))


@SEEDED_BUGS.in_place_of("events.order_list._listed")
def the_list_shows_every_total_in_euros(placed: Event[OrderPlaced], history: History) -> Listed:
    total = replace(placed.data.total, currency="EUR")
    return replace(listed(placed, history), total=total)


SEEDED_BUGS["the_list_knows_no_dispatch"] = patched(
    "events.order_list.STATUSES",
    tuple(each for each in order_list.STATUSES if each[0] is not DispatchScheduled),
)


@SEEDED_BUGS.seed
def the_figures_add_up_all_currencies(patch: Patch) -> Rows:
    def figure_name(figure: str, kind: str) -> str:
        return figures.ORDERED + ":EUR" if figure == figures.ORDERED else f"{figure}:{kind}"

    for module in ("reactions", "proof", "figures"):
        patch.setattr(f"functions.analytics.{module}.figure_name", figure_name)
    return ROWS


@SEEDED_BUGS.seed
def the_days_of_the_figures_begin_an_hour_late(patch: Patch) -> Rows:
    def day_of(moment: datetime) -> date:
        return (moment.astimezone(UTC) - timedelta(hours=1)).date()

    for module in ("table", "reactions", "proof", "daily_sums"):
        patch.setattr(f"functions.analytics.{module}.day_of", day_of)
    return ROWS
