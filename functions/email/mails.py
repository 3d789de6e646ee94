"""The mails: what each of them tells, put into its template as text and as HTML.

Templates are those of the standard library: `$name` is a value, and there is nothing else to know.
The first line of a text is the mail's subject.
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
from events.money import Money, written
from functions.framework.ports import Mail

type Values = Mapping[str, str]

TEMPLATES = Path(__file__).with_name("templates")
TEXT, HTML = "txt", "html"
ROWS: Mapping[str, str] = {"receipt": "line", "dispatch": "piece", "cancellation": "line"}
"""The template of one line of the order, by that of the mail."""


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


def receipt(placed: Event[OrderPlaced]) -> Mail:
    """Return the mail that confirms an order: its lines, the total, and where it goes."""
    return _mail("receipt", placed, {"delivery": DELIVERIES[placed.data.delivery]})


def dispatch_note(placed: Event[OrderPlaced], parcel: DispatchScheduled) -> Mail:
    """Return the mail that tells of the parcel: what is in it, where it goes, how to follow it."""
    return _mail("dispatch", placed, {"carrier": parcel.carrier, "tracking": parcel.reference})


def cancellation(placed: Event[OrderPlaced], reason: Reason, history: History) -> Mail:
    """Return the mail that tells why nothing will come, and what becomes of the money."""
    return _mail("cancellation", placed, {"reason": REASONS[reason], "money": _money(history)})


def _money(history: History) -> str:
    """Return what becomes of the customer's money, as far as the log knows."""
    captured = history.find(PaymentCaptured)
    refunded = history.find(PaymentRefunded)
    if refunded:
        return f"Your {written(refunded.data.amount)} were given back."
    if captured:
        return f"Your {written(captured.data.amount)} are on their way back to you."
    if history.states(PaymentDeclined, PaymentVoided):
        return "You were not charged."
    return "Should you have been charged in the meantime, all of it comes back by itself."


def _mail(name: str, placed: Event[OrderPlaced], more: Mapping[str, str]) -> Mail:
    order = placed.data
    values = _on_one_line(
        {
            "order": placed.subject,
            "total": written(order.total),
            "name": order.ship_to.name,
            "street": order.ship_to.street,
            "place": f"{order.ship_to.postal_code} {order.ship_to.city}",
            "country": order.ship_to.country,
            **more,
        }
    )
    lines = [_on_one_line(_cells(line, order)) for line in order.lines]
    subject, _, text = _filled(name, TEXT, values, lines).partition("\n")
    body = _filled(name, HTML, _escaped(values), [_escaped(line) for line in lines])
    page = _template("page", HTML)({"title": escape(subject), "body": body})
    return Mail(to=order.email, subject=subject, text=text.lstrip(), html=page)


def _filled(name: str, form: str, values: Values, lines: Sequence[Values]) -> str:
    """Return a template with its values and the order's lines."""
    rows = "".join(map(_template(ROWS[name], form), lines))
    return _template(name, form)({**values, "lines": rows.rstrip()})


def _cells(line: Line, order: OrderPlaced) -> Values:
    price = Money(amount=line.quantity * line.unit_price, currency=order.total.currency)
    return {"quantity": str(line.quantity), "product": line.name, "price": written(price)}


def _on_one_line(values: Values) -> Values:
    """Return values of which none begins another line, or header."""
    return {name: " ".join(value.split()) for name, value in values.items()}


def _escaped(values: Values) -> Values:
    """Return values that are safe in HTML."""
    return {name: escape(value) for name, value in values.items()}


class _Marked(dict[str, str]):
    """Names for values: each stands between two characters that no template has."""

    def __missing__(self, name: str) -> str:
        return f"\0{name}\1"


@cache
def _template(name: str, form: str) -> Callable[[Values], str]:
    """Return what fills a template; it is made a format once, which is filled faster."""
    text = (TEMPLATES / f"{name}.{form}").read_text(encoding="utf-8")
    marked = Template(text).substitute(_Marked())
    braces = marked.replace("{", "{{").replace("}", "}}")
    return braces.replace("\0", "{").replace("\1", "}").format_map
