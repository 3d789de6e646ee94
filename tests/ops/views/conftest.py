"""The consumers whose facts the tests here write: others of the map have nothing outstanding."""

import pytest

from functions.email.service import SERVICE as EMAIL
from functions.inventory.service import SERVICE as INVENTORY
from functions.ordering.service import SERVICE as ORDERING
from functions.payment.service import SERVICE as PAYMENT
from functions.shipping.service import SERVICE as SHIPPING
from ops.views import outstanding


@pytest.fixture(autouse=True)
def stating(monkeypatch: pytest.MonkeyPatch) -> None:
    consumers = (PAYMENT, INVENTORY, ORDERING, SHIPPING, EMAIL)
    monkeypatch.setattr(outstanding, "CONSUMERS", consumers)
