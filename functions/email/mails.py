"""The mails: what each of them tells, put into its template as text and as HTML.

Templates are those of the standard library: `$name` is a value, and there is nothing else to know.
The first line of a text is the mail's subject.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from events.checkout import Delivery, Line, OrderPlaced
from events.envelope import Event
from events.history import History
from events.money import Money, written
from events.ordering import Reason
from events.payment import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from events.shipping import DispatchScheduled
from functions.runtime.ports import Mail

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
    values = {
        "order": placed.subject,
        "total": written(order.total),
        "name": order.ship_to.name,
        "street": order.ship_to.street,
        "place": f"{order.ship_to.postal_code} {order.ship_to.city}",
        "country": order.ship_to.country,
        **more,
    }
    subject, _, text = _filled(name, TEXT, values, order).partition("\n")
    body = _filled(name, HTML, values, order)
    page = _template("page", HTML).substitute(title=escape(subject), body=body)
    return Mail(to=order.email, subject=subject, text=text.lstrip(), html=page)


def _filled(name: str, form: str, values: Mapping[str, str], order: OrderPlaced) -> str:
    """Return a template with its values and the order's lines, each safe where it stands."""
    row = _template(ROWS[name], form)
    rows = "".join(row.substitute(_safe(_cells(line, order), form)) for line in order.lines)
    return _template(name, form).substitute(_safe(values, form), lines=rows.rstrip())


def _cells(line: Line, order: OrderPlaced) -> dict[str, str]:
    price = Money(amount=line.quantity * line.unit_price, currency=order.total.currency)
    return {"quantity": str(line.quantity), "product": line.name, "price": written(price)}


def _safe(values: Mapping[str, str], form: str) -> dict[str, str]:
    """Return values on one line each, so that none begins another line, or header; HTML escaped."""
    lines = {name: " ".join(value.split()) for name, value in values.items()}
    return {name: escape(line) for name, line in lines.items()} if form == HTML else lines


@cache
def _template(name: str, form: str) -> Template:
    return Template((TEMPLATES / f"{name}.{form}").read_text(encoding="utf-8"))
