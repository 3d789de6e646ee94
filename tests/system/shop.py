"""A customer of the world: places orders over HTTP, looks at them and cancels them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions import map as the_map
from functions.payment.sandbox import SUCCESS
from tests.support.builders import verified
from tests.system.world import World

PRICE = 4900
STOCK = 100
SKU = "TRUMPET"
SOLD_OUT = "TUBA"
SENDER = "shop@fanfare.example"
"""Whom mail is from, where a stage sends it."""


@dataclass(frozen=True)
class Answer:
    """What the shop said."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Placed:
    """An order and the key that opens it."""

    id: str
    key: str


class Shop:
    """The way in to a world, with one product in stock and one sold out.

    `subject` is whom the token of the next request names, where the stage has an issuer.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys = 0
        self.subject: str | None = None
        for sku, stock in ((SKU, STOCK), (SOLD_OUT, 0)):
            self.offer(sku, sku.title(), stock)

    def offer(self, sku: str, name: str, stock: int = STOCK) -> None:
        """Put one more product into the catalogue, and so many pieces of it into stock."""
        product = {"name": {"S": name}, "price": {"N": str(PRICE)}}
        self._world.put(
            self._world.own_table("checkout", "catalogue"),
            {"sku": {"S": sku}, "currency": {"S": "EUR"}, **product},
        )
        self._world.put(
            self._world.own_table("inventory", "stock"),
            {"sku": {"S": sku}, "available": {"N": str(stock)}},
        )

    def order(
        self,
        sku: str = SKU,
        quantity: int = 1,
        token: str = SUCCESS,
        others: Sequence[str] = (),
    ) -> Placed:
        """Place an order with a key of its own, of one product or of `others` as well."""
        self._keys += 1
        key = str(UUID(int=self._keys))
        answer = self.ask(key, sku, quantity, token, others)
        assert answer.status == 200, answer
        return Placed(answer.body["id"], key)

    def ask(
        self,
        key: str,
        sku: str = SKU,
        quantity: int = 1,
        token: str = SUCCESS,
        others: Sequence[str] = (),
    ) -> Answer:
        """Ask for an order with a key, which may fail."""
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

    def show(self, order: Placed) -> Answer:
        """Look at an order."""
        return self._of(order, "GET /orders/{id}")

    def cancel(self, order: Placed) -> Answer:
        """Ask to cancel an order."""
        return self._of(order, "POST /orders/{id}/cancel")

    def _of(self, order: Placed, route: str) -> Answer:
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
    ) -> Answer:
        """Send a request through the API's function, as an HTTP API would."""
        response = self._world.invoke(
            the_map.API.name,
            {
                "version": "2.0",
                "routeKey": route,
                "headers": {"content-type": "application/json"} | (headers or {}),
                "pathParameters": path or {},
                "requestContext": {"requestId": "request", "http": {}}
                | (verified(self.subject) if self.subject else {}),
                "body": json.dumps(body) if body is not None else None,
                "isBase64Encoded": False,
            },
        )
        return Answer(
            response["statusCode"],
            response["headers"],
            json.loads(response["body"]) if response["body"] else None,
        )

    # -- what the shop owns and owes ---------------------------------------------------------------

    def available(self, sku: str = SKU) -> int:
        """Return the stock that is left."""
        stock = self._world.table(self._world.own_table("inventory", "stock"))
        return next(int(item["available"]) for item in stock if item["sku"] == sku)

    def ledger(self, order: Placed) -> list[str]:
        """Return the states of the order's references at the gateway."""
        entries = self._world.table(self._world.own_table("payment", "ledger"))
        return sorted(str(entry["state"]) for entry in entries if entry["order"] == order.id)

    def parcels(self, order: Placed) -> int:
        """Return how many parcels the carrier booked for the order."""
        parcels = self._world.table(self._world.own_table("shipping", "parcels"))
        return sum(int(parcel["parcels"]) for parcel in parcels if parcel["order"] == order.id)
