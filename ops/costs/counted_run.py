"""A shop in memory whose AWS calls are counted: the functions' own handlers on counted ports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, override

import msgspec

from functions.checkout.catalogue import CATALOGUE
from functions.framework.ports import Record, Records, Value
from functions.framework.service import Consumer, Service
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.map import API, BUS, CONSUMERS
from functions.runtime.main import Dependencies
from functions.runtime.memory.application import Application
from ops.costs.counted_ports import (
    CountedLog,
    CountedOutside,
    CountedRows,
    CountedTopic,
    SandboxRecords,
)
from ops.costs.logged import MeasuringObserver
from ops.costs.usage import Usage
from ops.paths import SAMPLE
from ops.stage.demo_catalogue import CURRENCY, articles

READS = 3
"""Reads of an order's status by its customer: an assumption."""

PLACE, SHOW = "place", "show"


def _noon() -> datetime:
    """Return a time that stands still, so that every run counts the same."""
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


class CountedRun(Application):
    """A shop with the demo catalogue in stock; `usage` counts what its functions use of AWS.

    Each invocation gets one message or record, as it does while there are few.
    """

    def __init__(self, consumers: Sequence[Consumer] | None = None) -> None:
        self.usage = Usage()
        ran = CONSUMERS if consumers is None else consumers
        super().__init__((API, BUS, *ran), clock=_noon, wrap=self._counted, most_records=1)
        for article in articles():
            sold: dict[str, Value] = {"name": article.name, "currency": CURRENCY}
            sold["price"] = article.price
            self.tables(CATALOGUE).put(Record(key=article.sku, values=sold, version=0))
            self.tables(STOCK).add(article.sku, AVAILABLE, article.stock)

    def order(self) -> str:
        """Place an order of one line, deliver all events, read its status; return its id."""
        body = msgspec.json.decode(SAMPLE.read_bytes(), type=dict[str, Any])
        body["lines"] = body["lines"][:1]
        placed = self._ask(PLACE, body=msgspec.json.encode(body).decode())
        self.settle()
        order, key = placed["id"], placed["idempotency_key"]
        for _ in range(READS):
            headers = {"authorization": f"Bearer {key}"}
            self._ask(SHOW, pathParameters={"id": order}, headers=headers)
        return str(order)

    @override
    def invoke(self, service: str, event: Any) -> Any:
        self.usage.invocations[service] += 1
        if service in self.queues:
            self.usage.messages[service] += len(event.get("Records", ()))
        return super().invoke(service, event)

    def _ask(self, endpoint: str, **request: Any) -> Any:
        self.usage.requests += 1
        route = next(route.key for route in API.routes if route.endpoint == endpoint)
        return msgspec.json.decode(self.request(API.name, route, **request)["body"])

    def _counted(self, service: Service, given: Dependencies) -> Dependencies:
        """Return a service's ports with every call counted."""
        usage, name = self.usage, service.name
        own = {table.name for table in service.tables}
        indexes = {table.name: table.index or "" for table in service.possible_tables}

        def records(table: str) -> Records:
            kept = given.resources.tables(table)
            return kept if table in own else SandboxRecords(kept, name, usage)

        def rows(table: str) -> CountedRows:
            return CountedRows(given.resources.rows(table), indexes[table], name, usage)

        resources = replace(given.resources, tables=records, rows=rows)
        outside = None
        if isinstance(service, Consumer) and (adapter := service.adapter()):
            outside = CountedOutside(adapter.build(resources), name, usage)
        return replace(
            given,
            observer=MeasuringObserver(name, usage),
            log=CountedLog(given.log, name, usage),
            resources=resources,
            outside=outside,
            topic=CountedTopic(self.topic, name, usage),
        )
