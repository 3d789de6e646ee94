"""Checkout in memory, called through its API handler as customers do."""

import json
from dataclasses import replace
from typing import Any, override
from unittest.mock import Mock

import pytest

from events.contracts.checkout import OrderPlaced
from events.envelope import Event, Fact
from events.history import History
from events.order_list import LIST
from functions.checkout.catalogue import CATALOGUE
from functions.checkout.service import SERVICE
from functions.framework.ports import Record, Value
from functions.runtime.handlers.api import api_handler
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import ISSUER, Clock, resources, then, verified
from testkit.customer import KEY, ORDER, Customer, HttpAnswer
from tests.support.openapi import check_answer

TOTAL = {"amount": 28890, "currency": "EUR"}
HEADERS = {"content-type": "application/json", "idempotency-key": KEY}


class MemoryShop(Customer):
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
        super().__init__(lambda *event: self._endpoints(*event))
        self.restart()
        self.sell("TRUMPET-BB", "Trumpet in B flat", 24900)
        self.sell("MUTE-CUP", "Cup mute", 1995)
        self.sell("KAZOO", "Kazoo", 499, "USD")

    def restart(self) -> None:
        """Build the endpoints anew, as after a cold start."""
        tables = {CATALOGUE: self.catalogue}.__getitem__
        given = replace(
            resources(tables, self.clock),
            rows={LIST: self.listed}.__getitem__,
            report=self.lines.record,
        )
        endpoints = SERVICE.build(self.log, given)
        self._endpoints = api_handler(SERVICE, endpoints, self.lines, self.issuer)

    def guard(self, subject: str | None, issuer: str | None = ISSUER) -> None:
        """Set the stage's issuer, or None, and the subject of the requests' token."""
        self.issuer = issuer
        self.context = verified(subject) if subject else {}
        self.restart()

    def sell(self, sku: str, name: str, price: Value, currency: str = "EUR") -> None:
        values: dict[str, Value] = {"name": name, "price": price, "currency": currency}
        self._products._items[sku] = Record(key=sku, values=values, version=1)

    def withdraw(self, sku: str) -> None:
        del self._products._items[sku]

    @override
    def send(self, event: dict[str, Any]) -> HttpAnswer:
        """Send an HTTP API event; the answer must match docs/openapi.json."""
        answer = super().send(event)
        plain = event.get("body") and not event.get("isBase64Encoded")
        body = event["body"].removeprefix("\ufeff") if plain and answer.status == 200 else "null"
        sent = json.loads(body)
        check_answer(event["routeKey"], answer.status, answer.headers, answer.body, sent)
        return answer


@pytest.fixture
def shop(clock: Clock, lines: MemoryObserver) -> MemoryShop:
    return MemoryShop(clock, lines)


def only_event(shop: MemoryShop, order: str = ORDER) -> Event[OrderPlaced]:
    (event,) = shop.log.read(order)
    assert isinstance(event.data, OrderPlaced)
    return event  # type: ignore[no-any-return]  # the log is a mock


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
    for fact in facts:
        history = shop.log.read(ORDER)
        shop.log.append(then(list(history)[-1], fact, seen=[event.sequence for event in history]))


@pytest.fixture
def placed(shop: MemoryShop) -> MemoryShop:
    shop.place()
    shop.log.reset_mock()
    return shop
