"""A shop in memory on the functions' own handlers: what they do is done, and counted."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import msgspec

from events import codec
from events.envelope import Event
from events.history import History
from functions.checkout.catalogue import CATALOGUE
from functions.framework.ports import Record, Records, Resources, Value
from functions.framework.service import TICK, Consumer, Service
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.map import API, BUS, CONSUMERS
from functions.runtime.aws.items import SLOT, SUBJECT, to_item
from functions.runtime.handlers.api import api_handler
from functions.runtime.handlers.consumer import consumer_handler
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.handlers.relay import relay_handler
from functions.runtime.handlers.schedule import with_chore
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from functions.runtime.memory.topic import MemoryTopic
from ops.costs.logged import Weighed
from ops.costs.ports import CountedLog, CountedOutside, CountedRows, PlayedRecords
from ops.costs.usage import Usage
from ops.paths import SAMPLE
from ops.stage.connection import every_table
from ops.stage.demo_catalogue import CURRENCY, articles

LOOKS = 3
"""How often a customer looks what became of an order: an assumption."""

PLACE, SHOW = "place", "show"
_CONTEXT = SimpleNamespace(aws_request_id="9d2c6a34-1f0e-4a58-9c37-5a1de0f4b7c2")


def _noon() -> datetime:
    """Return the time, which stands still: what is counted is the same whenever it is counted."""
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


class Play:
    """A shop whose every call is counted in `usage`; its demo catalogue is in stock.

    Each message travels alone, as it does while there are few.
    """

    def __init__(self, consumers: Sequence[Consumer] = CONSUMERS) -> None:
        """Take the consumers of the map, or others."""
        self.usage = Usage()
        self._consumers = consumers
        self._tables = MemoryTables()
        self._log = MemoryLog(self._tables)
        self._rows: dict[str, MemoryRows] = {}
        self._stream: deque[Event[Any]] = deque()
        for article in articles():
            sold: dict[str, Value] = {"name": article.name, "currency": CURRENCY}
            sold["price"] = article.price
            self._tables(CATALOGUE).put(Record(key=article.sku, values=sold, version=0))
            self._tables(STOCK).add(article.sku, AVAILABLE, article.stock)

    def order(self) -> str:
        """Place an order of one line, let everybody react, let its customer look; return its id."""
        body = msgspec.json.decode(SAMPLE.read_bytes(), type=dict[str, Any])
        body["lines"] = body["lines"][:1]
        placed = self._ask(PLACE, body=msgspec.json.encode(body).decode())
        self._settle()
        order, key = placed["id"], placed["idempotency_key"]
        for _ in range(LOOKS):
            headers = {"authorization": f"Bearer {key}"}
            self._ask(SHOW, pathParameters={"id": order}, headers=headers)
        return str(order)

    def history(self, order: str) -> History:
        """Return what became of an order."""
        return self._log.read(order)

    def tick(self, consumer: Consumer) -> None:
        """Let a consumer do its chore once, if it has one."""
        if consumer.chore:
            self._invoke(consumer, self._consumer(consumer), TICK)

    # -- who calls whom ----------------------------------------------------------------------------

    def _settle(self) -> None:
        topic = MemoryTopic()
        while self._stream:
            event = self._stream.popleft()
            weighed = Weighed(BUS.name, self.usage)
            relay = relay_handler(BUS, topic, _Nowhere(), weighed, _noon)
            self._invoke(BUS, relay, {"Records": [_record(event)]})
            self.usage.calls[BUS.name] += 1
            for consumer in self._consumers:
                if event.type in consumer.hears:
                    self.usage.messages[consumer.name] += 1
                    self._invoke(consumer, self._consumer(consumer), {"Records": [_message(event)]})
        self.usage.published += len(topic.published)
        self.usage.travelled += sum(len(message.body) for message in topic.published)

    def _ask(self, endpoint: str, **request: Any) -> Any:
        self.usage.requests += 1
        endpoints = API.build(self._counted(API), self._resources(API))
        handle = api_handler(API, endpoints, Weighed(API.name, self.usage))
        route = next(route.key for route in API.routes if route.endpoint == endpoint)
        about = {"routeKey": route, "requestContext": {}}
        json = {"content-type": "application/json"}
        headers = json | request.pop("headers", {})
        answer = self._invoke(API, handle, about | {"headers": headers} | request)
        return msgspec.json.decode(answer["body"])

    def _invoke(self, service: Service, handle: Callable[[Any, Any], Any], event: Any) -> Any:
        self.usage.invocations[service.name] += 1
        return handle(event, _CONTEXT)

    def _consumer(self, consumer: Consumer) -> Callable[[Any, Any], Any]:
        resources = self._resources(consumer)
        adapter = consumer.adapter()
        outside = adapter.build(resources) if adapter else None
        log = self._counted(consumer)
        reactor = Reactor(
            consumer=consumer,
            log=log,
            clock=_noon,
            rows=resources.rows,
            outside=CountedOutside(outside, consumer.name, self.usage) if adapter else None,
        )
        weighed = Weighed(consumer.name, self.usage)
        handle = consumer_handler(reactor, _Nowhere(), weighed)
        if consumer.chore is None:
            return handle
        return with_chore(handle, consumer.chore, log, resources, weighed, consumer.name)

    # -- what they are given -----------------------------------------------------------------------

    def _counted(self, service: Service) -> CountedLog:
        return CountedLog(self._log, service.name, self.usage, self._stream.append)

    def _resources(self, service: Service) -> Resources:
        """Return a service's tables, and those of its sandboxes."""
        own = {table.name for table in service.tables}
        indexes = {table.name: table.index or "" for table in every_table(service)}

        def rows(name: str) -> CountedRows:
            index = indexes[name]
            kept = self._rows.setdefault(name, MemoryRows(index))
            return CountedRows(kept, index, service.name, self.usage)

        def records(name: str) -> Records:
            kept = self._tables(name)
            return kept if name in own else PlayedRecords(kept, service.name, self.usage)

        return Resources(tables=records, rows=rows, clock=_noon)


class _Nowhere:
    """A queue of which nothing is asked while all goes well."""

    def put(self, body: str) -> None:
        raise AssertionError(f"an event could not be published: {body}")

    def hide(self, seconds: Mapping[str, int]) -> None:
        raise AssertionError(f"{len(seconds)} messages failed")


def _record(event: Event[Any]) -> dict[str, Any]:
    """Return a record of the table's stream."""
    item = to_item(event)
    keys = {name: item[name] for name in (SUBJECT, SLOT)}
    change = {"Keys": keys, "NewImage": item, "SequenceNumber": "1"}
    return {"eventName": "INSERT", "dynamodb": change}


def _message(event: Event[Any]) -> dict[str, Any]:
    """Return a record of a queue."""
    return {
        "messageId": event.id,
        "receiptHandle": event.id,
        "body": codec.encode(event).decode(),
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": event.subject},
        "eventSource": "aws:sqs",
    }
