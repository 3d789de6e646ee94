"""A whole stage under moto, built from the synthesized templates and polled by the test."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from events.history import History
from functions.map import BUS
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.handlers.observer import Observer
from functions.runtime.main import Clients, build
from functions.runtime.memory.lambda_events import batch
from functions.runtime.settings import LOG, SERVICE, table_variable
from testkit.polling import Polling
from tests.support.moto_state import backends, copied, replace_backends
from tests.support.template import REGION, Templates
from tests.system import wiring

_created: WeakKeyDictionary[Templates, list[Any]] = WeakKeyDictionary()


def _create(templates: Templates, client: Clients) -> None:
    """Create the stage; the second time, by a copy of what the first one created."""
    if templates in _created:
        replace_backends(copied(_created[templates]))
        return
    wiring.create(templates, client)
    _created[templates] = copied(backends())


class World(Polling):
    """A stage's tables, topic and queues, with all functions in this process.

    `settle` polls until nothing is left. `clients` returns a function's AWS clients by its service.
    """

    def __init__(
        self,
        templates: Templates,
        observer: Observer,
        clients: Callable[[str], Clients] | None = None,
    ) -> None:
        client = cache(client_factory())  # shared by all functions: creating clients takes a third
        _create(templates, client)
        self.environments = {
            environ[SERVICE]: environ for environ in wiring.environments_of(templates).values()
        }
        log = self.environments["checkout"][LOG]
        super().__init__(client, log=log, relay=BUS, region=REGION)
        self.sources = wiring.sources_of(templates)
        self._ticks = wiring.ticks_of(templates)
        self._observer, self._clients = observer, clients or (lambda _: client)
        self.start()

    def start(self) -> None:
        """Start all functions, with empty caches."""
        self.handlers = {
            service: build(environ, observer=self._observer, clients=self._clients(service))
            for service, environ in self.environments.items()
        }

    def trim(self) -> int:
        """Drop the records that wait for the relay, as after a day; return their number."""
        begin = self._position
        while records := self._records():
            self._position += len(records)
        return self._position - begin

    def purge(self, consumer: str) -> None:
        self._sqs.purge_queue(QueueUrl=self.sources[consumer].url)

    def tick(self, consumer: str) -> None:
        """Run the consumer's chore, with the event that the rule in its stack sends."""
        self.invoke(consumer, self._ticks[consumer])

    def redeliver(self) -> None:
        """Deliver every message again as a late duplicate, the last one first."""
        for consumer, records in reversed(self.received.items()):
            for record in reversed(records):
                self.invoke(consumer, batch(record))

    def settle(self, **delivery: Any) -> None:
        """Poll the relay and all consumers that are not paused, until nothing is left."""
        while self.relay() + sum(
            self.consume(consumer, **delivery) for consumer in sorted(self.active)
        ):
            pass

    def own_table(self, service: str, name: str) -> str:
        """Return the name of a service's own table, from its function's environment."""
        return str(self.environments[service][table_variable(name)])

    def history(self, order: str) -> History:
        return DynamoLog(self._dynamodb, self.log).read(order)

    def slots(self, order: str) -> dict[str, str]:
        """Return the order's filled slots with the type of each event."""
        return {event.slot: event.type for event in self.history(order)}

    def data(self, order: str, slot: str) -> Any:
        """Return the stored data of the event in a slot."""
        items = {(item["subject"], item["slot"]): item for item in self.table(self.log)}
        return json.loads(items[order, slot]["data"])

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return all items of a table, as plain values."""
        items = self._dynamodb.scan(TableName=name)["Items"]
        return [
            {key: int(value["N"]) if "N" in value else value["S"] for key, value in item.items()}
            for item in items
        ]

    def put(self, table: str, item: dict[str, Any]) -> None:
        self._dynamodb.put_item(TableName=table, Item=item)

    def waiting(self, consumer: str) -> int:
        """Return the number of messages in the consumer's queue, including those in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self.sources[consumer].url, AttributeNames=names
        )["Attributes"]
        return sum(int(attributes[name]) for name in names)
