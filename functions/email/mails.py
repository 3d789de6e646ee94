"""Mails: the values of each, filled into its templates for text and HTML.

What a customer typed, the name and the address, is in a mail only if money was taken. Anybody can
place an order with a message as the name and with somebody else's mail address.

Templates are `string.Template`: `$name` is a value, and there is no other syntax. The first line of
a text is the mail's subject.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from events.contracts.checkout import Delivery, Line, OrderPlaced
from events.contracts.ordering import Reason
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from events.history import History
from events.money import Money, formatted
from events.printable import printable
from functions.framework.ports import Mail

type Values = Mapping[str, str]

TEMPLATES = Path(__file__).with_name("templates")
TEXT, HTML = "txt", "html"
PARTS = ("greeting", "address")
"""Parts of mails with two templates each: with what the customer typed, and without it."""

ROWS: Mapping[str, str] = {"receipt": "line", "dispatch": "piece", "cancellation": "line"}
"""The template of one order line, by the mail's template."""
DELIVERIES: Mapping[Delivery, str] = {
    "standard": "by standard delivery",
    "express": "by express delivery",
}
REASONS: Mapping[Reason, str] = {
    "customer": "You asked us to cancel it.",
    "payment-declined": "Your payment was declined.",
    "out-of-stock": "What you ordered is sold out.",
    "stalled": "We could not complete it in time, which is our fault and not yours.",
}


def is_paid(history: History) -> bool:
    """Return whether money was taken for the order; an order that costs nothing is not paid."""
    captured = history.find(PaymentCaptured)
    return captured is not None and captured.data.amount.amount > 0


def receipt(placed: Event[OrderPlaced], history: History) -> Mail:
    """Return the mail that confirms an order: its lines, the total, the address."""
    return _mail("receipt", placed, history, {"delivery": DELIVERIES[placed.data.delivery]})


def dispatch_note(placed: Event[OrderPlaced], parcel: DispatchScheduled, history: History) -> Mail:
    """Return the mail about the parcel: its contents, the address, the tracking number."""
    about = {"carrier": parcel.carrier, "tracking": parcel.reference}
    return _mail("dispatch", placed, history, about)


def cancellation(placed: Event[OrderPlaced], reason: Reason, history: History) -> Mail:
    """Return the mail about a cancellation: its reason and the state of the refund."""
    about = {"reason": REASONS[reason], "money": _money(history)}
    return _mail("cancellation", placed, history, about)


def _money(history: History) -> str:
    """Return a sentence about the customer's money, as far as the log knows."""
    captured = history.find(PaymentCaptured)
    refunded = history.find(PaymentRefunded)
    if captured and not is_paid(history):
        return "You were not charged."
    if refunded:
        return f"Your {formatted(refunded.data.amount)} were given back."
    if captured:
        return f"You paid {formatted(captured.data.amount)}, and we return all of it."
    if history.states(PaymentDeclined, PaymentVoided):
        return "You were not charged."
    return "Should you have been charged in the meantime, all of it comes back by itself."


def _mail(name: str, placed: Event[OrderPlaced], history: History, more: Mapping[str, str]) -> Mail:
    order = placed.data
    values = _printable({"order": placed.subject, "total": formatted(order.total), **more})
    typed = _typed(order) if is_paid(history) else None
    lines = [_printable(_cells(line, order)) for line in order.lines]
    subject, _, text = _filled(name, TEXT, values | _parts(typed, TEXT), lines).partition("\n")
    safe = _escaped(values) | _parts(typed and _escaped(typed), HTML)
    body = _filled(name, HTML, safe, [_escaped(line) for line in lines])
    page = _template("page", HTML)({"title": escape(subject), "body": body})
    return Mail(
        to=order.email, subject=subject, text=text.lstrip(), html=page, order=placed.subject
    )


def _typed(order: OrderPlaced) -> dict[str, str]:
    """Return what the customer typed."""
    return _printable(
        {
            "name": order.ship_to.name,
            "street": order.ship_to.street,
            "place": f"{order.ship_to.postal_code} {order.ship_to.city}",
            "country": order.ship_to.country,
        }
    )


def _parts(typed: Values | None, form: str) -> dict[str, str]:
    """Return the parts with what the customer typed, or the parts that stand for them."""
    return {
        part: _template(f"{part}-{'typed' if typed else 'neutral'}", form)(typed or {}).rstrip()
        for part in PARTS
    }


def _filled(name: str, form: str, values: Values, lines: Sequence[Values]) -> str:
    """Return a template filled with its values and the order's lines."""
    rows = "".join(map(_template(ROWS[name], form), lines))
    return _template(name, form)({**values, "lines": rows.rstrip()})


def _cells(line: Line, order: OrderPlaced) -> Values:
    price = Money(amount=line.quantity * line.unit_price, currency=order.total.currency)
    return {"quantity": str(line.quantity), "product": line.name, "price": formatted(price)}


def _printable(values: Values) -> dict[str, str]:
    """Return the values on one line each, so that none can begin a header or change a line."""
    return {name: printable(value) for name, value in values.items()}


def _escaped(values: Values) -> dict[str, str]:
    """Return values that are safe in HTML."""
    return {name: escape(value) for name, value in values.items()}


class _Placeholders(dict[str, str]):
    """Maps each name to itself between two characters that occur in no template."""

    def __missing__(self, name: str) -> str:
        return f"\0{name}\1"


@cache
def _template(name: str, form: str) -> Callable[[Values], str]:
    """Return a function that fills a template, which is compiled to a format string for speed."""
    text = (TEMPLATES / f"{name}.{form}").read_text(encoding="utf-8")
    marked = Template(text).substitute(_Placeholders())
    braces = marked.replace("{", "{{").replace("}", "}}")
    return braces.replace("\0", "{").replace("\1", "}").format_map
