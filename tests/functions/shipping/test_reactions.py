"""Shipping's reaction: a parcel is booked once, and only after the outcome."""

from datetime import datetime

import pytest

from events.contracts.checkout import Address, Delivery
from events.contracts.ordering import OrderConfirmed
from events.contracts.shipping import DISPATCH, DispatchScheduled
from events.history import History
from functions.framework.reaction import Fill
from functions.shipping.carrier import Carrier, CarrierUnavailable
from functions.shipping.reactions import dispatch
from testkit.builders import ORDER, SHIP_TO, order_placed, placed, then
from testkit.run_reaction import run_reaction

PLACED = placed(order_placed(delivery="express"))
CONFIRMED = then(PLACED, OrderConfirmed())


class FakeCarrier:
    """A carrier that records its calls."""

    name = "noted"

    def __init__(self, *, recognises: bool = True, booked: str | None = None) -> None:
        self._recognises, self._booked = recognises, booked
        self.calls: list[str] = []

    def recognises(self, requested: datetime) -> bool:
        assert requested == CONFIRMED.time
        return self._recognises

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        assert (order, to, delivery) == (ORDER, SHIP_TO, "express")
        self.calls.append("book")
        return "NEW"

    def find(self, order: str) -> str | None:
        assert order == ORDER
        self.calls.append("find")
        return self._booked


def run(carrier: Carrier, *more: DispatchScheduled) -> Fill | None:
    history = History([PLACED, CONFIRMED, *(then(CONFIRMED, fact) for fact in more)])
    return run_reaction(dispatch(CONFIRMED, history, carrier)).decided


def scheduled(reference: str) -> Fill:
    return Fill(fact=DispatchScheduled(carrier="noted", reference=reference), slot=DISPATCH)


def test_a_confirmed_order_is_booked_with_its_address_and_delivery() -> None:
    carrier = FakeCarrier()

    assert run(carrier) == scheduled("NEW")
    assert carrier.calls == ["book"]


def test_a_scheduled_parcel_is_not_booked_again() -> None:
    carrier = FakeCarrier()

    assert run(carrier, DispatchScheduled(carrier="noted", reference="OLD")) is None
    assert carrier.calls == []


def test_after_the_keys_life_an_earlier_booking_is_looked_up() -> None:
    carrier = FakeCarrier(recognises=False, booked="OLD")

    assert run(carrier) == scheduled("OLD")
    assert carrier.calls == ["find"]


def test_without_an_earlier_booking_the_parcel_is_booked_however_late() -> None:
    carrier = FakeCarrier(recognises=False)

    assert run(carrier) == scheduled("NEW")
    assert carrier.calls == ["find", "book"]


def test_a_carrier_that_does_not_answer_schedules_nothing() -> None:
    class Unavailable(FakeCarrier):
        def book(self, order: str, to: Address, delivery: Delivery) -> str:
            raise CarrierUnavailable

    with pytest.raises(CarrierUnavailable):
        run(Unavailable())


def test_an_order_without_its_first_event_is_left_alone() -> None:
    carrier = FakeCarrier()

    assert run_reaction(dispatch(CONFIRMED, History([CONFIRMED]), carrier)).decided is None
    assert carrier.calls == []
