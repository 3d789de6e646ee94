"""A customer of a stage: places, shows and cancels orders over HTTP."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions import map as the_map
from functions.payment.sandbox import SUCCESS
from functions.runtime.memory.lambda_events import http_request
from tests.support.builders import verified
from tests.support.http_answer import HttpAnswer
from tests.system.world import World

PRICE = 4900
STOCK = 100
SKU = "TRUMPET"
SOLD_OUT = "TUBA"
SENDER = "shop@fanfare.example"
"""The sender of mail, on a stage that sends mail."""


@dataclass(frozen=True)
class Placed:
    """An order and the key that opens it."""

    id: str
    key: str


class Shop:
    """The shop of a stage, with one product in stock and one sold out.

    `subject` is the subject of the next request's token, on a stage with an issuer.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys = 0
        self.subject: str | None = None
        for sku, stock in ((SKU, STOCK), (SOLD_OUT, 0)):
            self.add_product(sku, sku.title(), stock)

    def add_product(self, sku: str, name: str, stock: int = STOCK) -> None:
        """Add a product to the catalogue, with `stock` pieces."""
        product = {"sku": {"S": sku}, "name": {"S": name}, "price": {"N": str(PRICE)}}
        catalogue = self._world.own_table("checkout", "catalogue")
        self._world.put(catalogue, product | {"currency": {"S": "EUR"}})
        self.add_stock(sku, stock)

    def add_stock(self, sku: str, pieces: int) -> None:
        """Set the stock of a product."""
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
        body = {
            "lines": [{"sku": each, "quantity": quantity} for each in (sku, *others)],
            "email": "ada@example.com",
            "ship_to": {
                "name": "Ada Lovelace",
                "street": "12 St James's Square",
                "city": "London",
                "postal_code": "SW1Y 4JH",
                "country": "GB",
            },
            "payment_token": token,
        }
        return self.request("POST /checkout", body=body, headers={"idempotency-key": key})

    def show(self, order: Placed) -> HttpAnswer:
        """Show an order."""
        return self._order_request(order, "GET /orders/{id}")

    def cancel(self, order: Placed) -> HttpAnswer:
        """Cancel an order."""
        return self._order_request(order, "POST /orders/{id}/cancel")

    def _order_request(self, order: Placed, route: str) -> HttpAnswer:
        return self.request(
            route, path={"id": order.id}, headers={"authorization": f"Bearer {order.key}"}
        )

    def request(
        self,
        route: str,
        *,
        body: Any = None,
        path: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> HttpAnswer:
        """Send a request to the API's function, as an HTTP API does."""
        event = http_request(
            route,
            body=None if body is None else json.dumps(body),
            headers=headers,
            pathParameters=path or {},
            requestContext=verified(self.subject) if self.subject else {},
        )
        return HttpAnswer.parse(self._world.invoke(the_map.API.name, event))

    # -- the services' own tables ------------------------------------------------------------------

    def available(self, sku: str = SKU) -> int:
        """Return the remaining stock."""
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
