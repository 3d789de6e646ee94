"""Checkout in memory, called through its API handler as customers do."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import msgspec
import pytest

from events.contracts.checkout import OrderPlaced
from events.envelope import Event, Fact
from events.history import History
from events.order_list import LIST
from functions.checkout.catalogue import CATALOGUE
from functions.checkout.identity import order_id
from functions.checkout.service import SERVICE
from functions.framework.ports import Record
from functions.runtime.handlers.api import api_handler
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import EMAIL, ISSUER, SHIP_TO, Clock, resources, then, verified
from tests.support.http_answer import HttpAnswer
from tests.support.openapi import check_answer

KEY = str(UUID(int=0xF00D))
OTHER_KEY = str(UUID(int=0xCAFE))
TOTAL = {"amount": 28890, "currency": "EUR"}
ORDER = order_id(KEY)

BODY: dict[str, Any] = {
    "lines": [{"sku": "TRUMPET-BB", "quantity": 1}, {"sku": "MUTE-CUP", "quantity": 2}],
    "email": EMAIL,
    "ship_to": msgspec.to_builtins(SHIP_TO),
    "payment_token": "tok_success",
}
WHOLE = json.dumps(BODY)
HEADERS = {"content-type": "application/json", "idempotency-key": KEY}


class MemoryShop:
    """Checkout's endpoints on a log and tables in memory, with a small catalogue."""

    def __init__(self, clock: Clock, lines: MemoryObserver) -> None:
        tables = MemoryTables()
        self.log = Mock(wraps=MemoryLog(tables))
        self._products = tables(CATALOGUE)
        self.catalogue = Mock(wraps=self._products)
        self.clock = clock
        self.lines = lines
        self.listed = MemoryRows()
        self.issuer: str | None = None
        self.context: dict[str, Any] = {}
        self.restart()
        self.sell("TRUMPET-BB", "Trumpet in B flat", 24900)
        self.sell("MUTE-CUP", "Cup mute", 1995)
        self.sell("KAZOO", "Kazoo", 499, "USD")

    def restart(self) -> None:
        """Build the endpoints anew, as after a cold start."""
        tables = {CATALOGUE: self.catalogue}.__getitem__
        given = replace(resources(tables, self.clock), rows={LIST: self.listed}.__getitem__)
        endpoints = SERVICE.build(self.log, given)
        self.handle = api_handler(SERVICE, endpoints, self.lines, self.issuer)

    def guard(self, subject: str | None, issuer: str | None = ISSUER) -> None:
        """Set the stage's issuer, or None, and the subject of the requests' token."""
        self.issuer = issuer
        self.context = verified(subject) if subject else {}
        self.restart()

    def sell(self, sku: str, name: str, price: int, currency: str = "EUR") -> None:
        """Put or change a product in the catalogue."""
        old = self._products.get(sku)
        values: dict[str, str | int] = {"name": name, "price": price, "currency": currency}
        version = old.version if old else 0
        assert self._products.put(Record(key=sku, values=values, version=version))

    def withdraw(self, sku: str) -> None:
        """Remove a product from the catalogue."""
        del self._products._items[sku]

    def request(
        self, route: str, *, body: Any = None, path: Any = None, **headers: str | None
    ) -> HttpAnswer:
        """Send a request; `content_type=None` leaves that header out."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        event = {
            "routeKey": route,
            "requestContext": self.context,
            "headers": {name: value for name, value in given.items() if value is not None},
            "pathParameters": path,
        }
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        return self.send(event | {"body": text})

    def send(self, event: dict[str, Any]) -> HttpAnswer:
        """Send an HTTP API event; the answer must match docs/openapi.json."""
        given = self.handle(event, SimpleNamespace(aws_request_id="request-1"))
        answer = HttpAnswer.parse(given)
        plain = event.get("body") and not event.get("isBase64Encoded")
        sent = json.loads(event["body"]) if plain and answer.status == 200 else None
        check_answer(event["routeKey"], answer.status, answer.headers, answer.body, sent)
        return answer

    def place(self, body: Any = BODY, key: str | None = KEY, **headers: str | None) -> HttpAnswer:
        """Place an order."""
        kind: dict[str, str | None] = {"content_type": "application/json"}
        return self.request(
            "POST /checkout", body=body, **(kind | {"idempotency_key": key} | headers)
        )

    def show(self, order: str = ORDER, bearer: str | None = KEY, **headers: str) -> HttpAnswer:
        """Show an order."""
        return self._order_request(order, "GET /orders/{id}", bearer, headers)

    def cancel(self, order: str = ORDER, bearer: str | None = KEY) -> HttpAnswer:
        """Cancel an order."""
        return self._order_request(order, "POST /orders/{id}/cancel", bearer, {})

    def _order_request(
        self, order: str, route: str, bearer: str | None, headers: dict[str, str]
    ) -> HttpAnswer:
        allowed = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return self.request(route, path={"id": order}, **(headers | allowed))


@pytest.fixture
def shop(clock: Clock, lines: MemoryObserver) -> MemoryShop:
    return MemoryShop(clock, lines)


def only_event(shop: MemoryShop, order: str = ORDER) -> Event[OrderPlaced]:
    """Return the order's only event."""
    history = shop.log.read(order)
    event = history.find(OrderPlaced)
    assert event is not None
    assert len(history) == 1
    return event


def assert_refused(shop: MemoryShop, event: dict[str, Any], status: int, field: str) -> None:
    """Assert that checkout refuses an order for one field and writes nothing."""
    answer = shop.send({"routeKey": "POST /checkout", "requestContext": {}} | event)

    assert answer.problem
    assert answer.status == status, answer.body
    assert answer.body["field"] == field
    assert answer.body["detail"]
    shop.log.append.assert_not_called()
    assert shop.log.read(ORDER) == History()
    assert shop.lines.outcomes == ["refused"]


def append_facts(shop: MemoryShop, *facts: Fact) -> None:
    """Append the facts of other services, one after the other."""
    for fact in facts:
        history = shop.log.read(ORDER)
        shop.log.append(then(list(history)[-1], fact, seen=[event.sequence for event in history]))


@pytest.fixture
def placed(shop: MemoryShop) -> MemoryShop:
    shop.place()
    shop.log.reset_mock()
    return shop
