"""Invariants of mails: each fits its order, and is not sent before what it is about.

They read a mail as its receiver does, and share no code with email's.
"""

import re
from collections.abc import Callable

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.history import History
from functions.framework.ports import Mail
from simulation.state import ShopState

type OfMail = Callable[[ShopState, Mail], bool]

DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0}
"""The digits after the point of the currencies that customers use."""

DISPATCH, CANCELLATION = "is on its way", "was cancelled"
"""The ends of the subjects of mails about a later fact."""

_ID = re.compile(r"\b[0-9A-Z]{26}\b")
_AMOUNT = re.compile(r"([\d,]+)(?:\.(\d+))? ([A-Z]{3})\b")
_LINE = re.compile(r"^ *(\d+) x (.+?)(?:: .*)?$", re.MULTILINE)


def a_mail_goes_to_the_customer_of_its_order(shop: ShopState, mail: Mail) -> bool:
    """The subject of a mail names an order in the log, and the mail goes to its customer."""
    history = _order(shop, mail)
    placed = history.find(OrderPlaced) if history else None
    return placed is not None and mail.to == placed.data.email


def a_mail_is_not_sent_before_its_reason(shop: ShopState, mail: Mail) -> bool:
    """A mail about a parcel or a cancellation is sent only once the log has that fact."""
    history = _order(shop, mail) or History()
    if mail.subject.endswith(DISPATCH):
        return history.states(DispatchScheduled)
    return not mail.subject.endswith(CANCELLATION) or history.states(OrderCancelled)


def a_mail_names_the_amounts_of_its_order(shop: ShopState, mail: Mail) -> bool:
    """The amounts in a mail are the total and those of the lines, in the order's currency.

    With the total in the text it is in the HTML too.
    """
    placed = (_order(shop, mail) or History()).find(OrderPlaced)
    if placed is None:
        return True
    order = placed.data
    found = set(_AMOUNT.findall(mail.text))
    amounts = {_amount(*each) for each in found}
    expected = {line.quantity * line.unit_price for line in order.lines} | {order.total.amount}
    return (
        {currency for _, _, currency in found} <= {order.total.currency}
        and amounts <= expected
        and found == set(_AMOUNT.findall(mail.html))
        and (order.total.amount in amounts or mail.subject.endswith(DISPATCH))
    )


def a_mail_has_all_lines_of_its_order(shop: ShopState, mail: Mail) -> bool:
    """The lines in a mail are those of its order, all of them."""
    placed = (_order(shop, mail) or History()).find(OrderPlaced)
    if placed is None:
        return True
    lines = [(f"{line.quantity}", line.name) for line in placed.data.lines]
    return _LINE.findall(mail.text) == lines and all(name in mail.html for _, name in lines)


def nothing_typed_is_mailed_before_payment(shop: ShopState, mail: Mail) -> bool:
    """A mail has the name and the address that were typed only once money was taken."""
    history = _order(shop, mail) or History()
    placed = history.find(OrderPlaced)
    if placed is None or history.states(PaymentCaptured):
        return True
    typed = (placed.data.ship_to.name, placed.data.ship_to.street)
    return not any(each in mail.text or each in mail.html for each in typed)


def a_dispatch_note_has_its_parcel(shop: ShopState, mail: Mail) -> bool:
    """A mail about a parcel has the parcel's tracking number and the customer's address."""
    if not mail.subject.endswith(DISPATCH):
        return True
    history = _order(shop, mail) or History()
    placed, sent = history.find(OrderPlaced), history.find(DispatchScheduled)
    if placed is None or sent is None:
        return True
    address = placed.data.ship_to
    needed = (sent.data.reference, address.name, address.street, address.city)
    return all(each in mail.text and each in mail.html for each in needed)


def _order(shop: ShopState, mail: Mail) -> History | None:
    """Return the history of the order that the subject names."""
    named = _ID.search(mail.subject)
    return shop.log.read(named[0]) if named else None


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
