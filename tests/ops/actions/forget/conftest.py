"""A complete order with every kind of personal data."""

from typing import Any

import msgspec
import pytest

from events.contracts.inventory import StockReserved
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from functions.orders.service import SERVICE as ORDERS
from testkit.builders import EMAIL, ORDER, SHIP_TO, order_placed, placed, then

CUSTOMER = "4MGN7QW0Z8T1XK5R2C9HDVBJE3"
PERSONAL = (EMAIL, SHIP_TO.name, SHIP_TO.street, SHIP_TO.postal_code, "tok_success", CUSTOMER)


@pytest.fixture(autouse=True)
def only_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the list as the one read model, of which the tests here know the rows."""
    monkeypatch.setattr("ops.stage.consumers.CONSUMERS", (ORDERS,))


def ended(order: str = ORDER) -> list[Event[Any]]:
    """Return the events of a customer's order that was dispatched."""
    fact = msgspec.structs.replace(order_placed(), customer=CUSTOMER)
    events: list[Event[Any]] = [placed(fact, order=order)]
    for fact_after in (
        PaymentCaptured(reference="r", amount=fact.total),
        StockReserved(lines=()),
        OrderConfirmed(),
        DispatchScheduled(carrier="sandbox", reference="SBX1"),
    ):
        events.append(then(events[-1], fact_after))
    return events
