"""Invariants of mails: each fits its order, and is not sent before what it is about.

They read a mail as its receiver does, and share no code with email's.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.history import History
from functions.framework.ports import Mail
from simulation.state import ShopState

DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0}
"""The digits after the point of the currencies that customers use."""

DISPATCH, CANCELLATION = "is on its way", "was cancelled"
"""The ends of the subjects of mails about a later fact."""

_ID = re.compile(r"\b[0-9A-Z]{26}\b")
_AMOUNT = re.compile(r"([\d,]+)(?:\.(\d+))? ([A-Z]{3})\b")
_LINE = re.compile(r"^ *(\d+) x (.+?)(?:: .*)?$", re.MULTILINE)


class Subject(NamedTuple):
    """The order that the subject of a mail names, and its history so far."""

    order: OrderPlaced
    history: History


type OfMail = Callable[[Subject, Mail], bool]


def subject_of(shop: ShopState, mail: Mail) -> Subject | None:
    """Return the order that a mail is about; None if its subject names none in the log."""
    named = _ID.search(mail.subject)
    history = shop.log.read(named[0]) if named else History()
    placed = history.find(OrderPlaced)
    return Subject(placed.data, history) if placed else None


def a_mail_names_its_order() -> None:
    """The subject of a mail names an order in the log."""


def a_mail_goes_to_the_customer_of_its_order(about: Subject, mail: Mail) -> bool:
    """A mail goes to the customer of the order that its subject names."""
    return mail.to == about.order.email


def a_mail_is_not_sent_before_its_reason(about: Subject, mail: Mail) -> bool:
    """A mail about a parcel or a cancellation is sent only once the log has that fact."""
    if mail.subject.endswith(DISPATCH):
        return about.history.states(DispatchScheduled)
    return not mail.subject.endswith(CANCELLATION) or about.history.states(OrderCancelled)


def a_mail_names_the_amounts_of_its_order(about: Subject, mail: Mail) -> bool:
    """The amounts in a mail are the total and those of the lines, in the order's currency.

    The same are in its HTML. Only a mail about a parcel may leave out the total.
    """
    total = about.order.total
    found = set(_AMOUNT.findall(mail.text))
    amounts = {_amount(*each) for each in found}
    expected = {line.quantity * line.unit_price for line in about.order.lines} | {total.amount}
    return (
        {currency for _, _, currency in found} <= {total.currency}
        and amounts <= expected
        and found == set(_AMOUNT.findall(mail.html))
        and (total.amount in amounts or mail.subject.endswith(DISPATCH))
    )


def a_mail_has_all_lines_of_its_order(about: Subject, mail: Mail) -> bool:
    """The lines in a mail are those of its order, all of them."""
    lines = [(f"{line.quantity}", line.name) for line in about.order.lines]
    return _LINE.findall(mail.text) == lines and all(name in mail.html for _, name in lines)


def nothing_typed_is_mailed_before_payment(about: Subject, mail: Mail) -> bool:
    """A mail has the name and the address that were typed only once money was taken."""
    if about.history.states(PaymentCaptured):
        return True
    typed = (about.order.ship_to.name, about.order.ship_to.street)
    return not any(each in mail.text or each in mail.html for each in typed)


def a_dispatch_note_has_its_parcel(about: Subject, mail: Mail) -> bool:
    """A mail about a parcel has the parcel's tracking number and the customer's address."""
    if not mail.subject.endswith(DISPATCH):
        return True
    sent, address = about.history.find(DispatchScheduled), about.order.ship_to
    needed = (address.name, address.street, address.city, sent.data.reference if sent else "?")
    return all(each in mail.text and each in mail.html for each in needed)


def _amount(whole: str, part: str, currency: str) -> int | None:
    """Return an amount in minor units; None if it is written in another way than its currency."""
    if DECIMALS.get(currency) != len(part):
        return None
    return int(whole.replace(",", "") + part)


OF_A_MAIL: tuple[OfMail, ...] = (
    a_mail_goes_to_the_customer_of_its_order,
    a_mail_is_not_sent_before_its_reason,
    a_mail_names_the_amounts_of_its_order,
    a_mail_has_all_lines_of_its_order,
    nothing_typed_is_mailed_before_payment,
    a_dispatch_note_has_its_parcel,
)
