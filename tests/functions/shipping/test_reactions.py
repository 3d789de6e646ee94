"""Shipping's rule: a parcel moves only after the outcome, and is booked once."""

from datetime import datetime

import pytest

from events.contracts.checkout import Address, Delivery
from events.contracts.ordering import OrderConfirmed
from events.contracts.shipping import DISPATCH, DispatchScheduled
from events.history import History
from functions.framework.reaction import Fill
from functions.shipping.carrier import Carrier, CarrierUnavailable
from functions.shipping.reactions import dispatch
from tests.support.builders import ORDER, SHIP_TO, order_placed, placed, then
from tests.support.play import play

PLACED = placed(order_placed(delivery="express"))
CONFIRMED = then(PLACED, OrderConfirmed())


class Noted:
    """A carrier that notes what it is asked."""

    name = "noted"

    def __init__(self, *, remembers: bool = True, booked: str | None = None) -> None:
        self._remembers = remembers
        self._booked = booked
        self.asked: list[str] = []

    def remembers(self, asked: datetime) -> bool:
        assert asked == CONFIRMED.time
        return self._remembers

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        assert (order, to, delivery) == (ORDER, SHIP_TO, "express")
        self.asked.append("book")
        return "NEW"

    def find(self, order: str) -> str | None:
        assert order == ORDER
        self.asked.append("find")
        return self._booked


def run(carrier: Carrier, *more: DispatchScheduled) -> Fill | None:
    history = History([PLACED, CONFIRMED, *(then(CONFIRMED, fact) for fact in more)])
    return play(dispatch(CONFIRMED, history, carrier)).decided


def scheduled(reference: str) -> Fill:
    return Fill(fact=DispatchScheduled(carrier="noted", reference=reference), slot=DISPATCH)


def test_a_confirmed_order_is_booked_to_its_address_and_as_its_customer_chose() -> None:
    carrier = Noted()

    assert run(carrier) == scheduled("NEW")
    assert carrier.asked == ["book"]


def test_a_parcel_that_was_scheduled_is_not_booked_again() -> None:
    carrier = Noted()

    assert run(carrier, DispatchScheduled(carrier="noted", reference="OLD")) is None
    assert carrier.asked == []


def test_a_carrier_that_may_have_forgotten_is_asked_first() -> None:
    carrier = Noted(remembers=False, booked="OLD")

    assert run(carrier) == scheduled("OLD")
    assert carrier.asked == ["find"]


def test_a_carrier_that_never_heard_of_the_order_books_it_however_late() -> None:
    carrier = Noted(remembers=False)

    assert run(carrier) == scheduled("NEW")
    assert carrier.asked == ["find", "book"]


def test_a_carrier_that_does_not_answer_schedules_nothing() -> None:
    class Away(Noted):
        def book(self, order: str, to: Address, delivery: Delivery) -> str:
            raise CarrierUnavailable

    with pytest.raises(CarrierUnavailable):
        run(Away())


def test_an_order_of_which_nobody_knows_the_address_is_left_alone() -> None:
    carrier = Noted()

    assert play(dispatch(CONFIRMED, History([CONFIRMED]), carrier)).decided is None
    assert carrier.asked == []
