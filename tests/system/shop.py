"""A customer of a stage: places, shows and cancels orders over HTTP."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from functions import map as the_map
from functions.payment.sandbox import SUCCESS
from testkit.customer import BODY, Customer, HttpAnswer
from tests.system.world import World

PRICE = 4900
STOCK = 100
SKU = "TRUMPET"
SOLD_OUT = "TUBA"
SENDER = "shop@fanfare.example"
"""The sender of mail, on a stage that sends mail."""


class Placed(NamedTuple):
    """An order and the key that opens it."""

    id: str
    key: str


class Shop(Customer):
    """The shop of a stage, with one product in stock and one sold out."""

    def __init__(self, world: World) -> None:
        super().__init__(lambda event, _: world.invoke(the_map.API.name, event))
        self._world = world
        self._keys = 0
        for sku, stock in ((SKU, STOCK), (SOLD_OUT, 0)):
            self.add_product(sku, sku.title(), stock)

    def add_product(self, sku: str, name: str, stock: int = STOCK) -> None:
        """Add a product to the catalogue, with `stock` pieces."""
        product = {"sku": {"S": sku}, "name": {"S": name}, "price": {"N": str(PRICE)}}
        catalogue = self._world.own_table("checkout", "catalogue")
        self._world.put(catalogue, product | {"currency": {"S": "EUR"}})
        self.add_stock(sku, stock)

    def add_stock(self, sku: str, pieces: int) -> None:
        stock = self._world.own_table("inventory", "stock")
        self._world.put(stock, {"sku": {"S": sku}, "available": {"N": str(pieces)}})

    def order(self, *args: Any, **options: Any) -> Placed:
        """Place an order with a new key, as by `request_order`."""
        self._keys += 1
        key = str(UUID(int=self._keys))
        answer = self.request_order(key, *args, **options)
        assert answer.status == 200, answer
        return Placed(answer.body["id"], key)

    def request_order(
        self,
        key: str,
        sku: str = SKU,
        quantity: int = 1,
        token: str = SUCCESS,
        others: Sequence[str] = (),
    ) -> HttpAnswer:
        """Request an order with a key, of one product or of `others` as well; return any answer."""
        lines = [{"sku": each, "quantity": quantity} for each in (sku, *others)]
        return self.place(BODY | {"lines": lines, "payment_token": token}, key)

    def available(self, sku: str = SKU) -> int:
        stock = self._world.table(self._world.own_table("inventory", "stock"))
        return next(int(item["available"]) for item in stock if item["sku"] == sku)

    def ledger(self, order: Placed) -> list[str]:
        """Return the states of the order's references in the sandbox gateway."""
        entries = self._world.table(self._world.own_table("payment", "ledger"))
        return sorted(str(entry["state"]) for entry in entries if entry["order"] == order.id)

    def parcels(self, order: Placed) -> int:
        """Return the number of parcels that the sandbox carrier booked for the order."""
        parcels = self._world.table(self._world.own_table("shipping", "parcels"))
        return sum(int(parcel["parcels"]) for parcel in parcels if parcel["order"] == order.id)
