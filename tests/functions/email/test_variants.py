"""Each reason of a cancellation and each delivery has its own words in the mail."""

from typing import get_args

import pytest

from events.contracts.checkout import Delivery
from events.contracts.ordering import Reason
from events.history import History
from functions.email import mails
from testkit.builders import order_placed, placed

REASONS: dict[Reason, str] = {
    "customer": "\nYou asked us to cancel it.\n",
    "payment-declined": "\nYour payment was declined.\n",
    "out-of-stock": "\nWhat you ordered is sold out.\n",
    "stalled": "\nWe could not complete it in time, which is our fault and not yours.\n",
}
DELIVERIES: dict[Delivery, str] = {
    "standard": " by standard delivery",
    "express": " by express delivery",
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_cancellation_tells_its_reason(reason: Reason) -> None:
    order = placed()
    mail = mails.cancellation(order, reason, History([order]))

    for other, text in REASONS.items():
        assert (text in mail.text) is (other == reason)
        assert (text.strip() in mail.html) is (other == reason)


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_a_receipt_tells_the_delivery_that_was_chosen(delivery: Delivery) -> None:
    order = placed(order_placed(delivery=delivery))
    mail = mails.receipt(order, History([order]))

    for other, text in DELIVERIES.items():
        assert (text in mail.text) is (other == delivery)
        assert (text in mail.html) is (other == delivery)


def test_every_reason_and_delivery_is_here() -> None:
    assert {*REASONS} == {*get_args(Reason)}
    assert {*DELIVERIES} == {*get_args(Delivery)}
