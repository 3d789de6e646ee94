"""An application in memory: services composed on in-memory ports, for stories in a test.

It is the test kit of docs/add-a-consumer.md. Services are given as an argument; the map is not
imported. What runs are the handlers that Lambda calls, from JSON to their answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

from events.envelope import Event
from events.history import History
from functions.framework.chore import TICK
from functions.framework.ports import Change, Clock, Message, Resources
from functions.framework.service import Consumer, Relay, Service
from functions.runtime.aws.items import to_item, to_message
from functions.runtime.clock import utc_now
from functions.runtime.main import Dependencies, Handler, compose
from functions.runtime.memory.lambda_events import batch, failures, http_request, stream_record
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.mailbox import MemoryMailbox
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.queue import MemoryQueue
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from functions.runtime.memory.topic import MemoryTopic

CONTEXT = SimpleNamespace(aws_request_id="9d2c6a34-1f0e-4a58-9c37-5a1de0f4b7c2")

type Wrap = Callable[[Service, Dependencies], Dependencies]
"""Replaces some of a service's ports, for example by ones that count or fail."""


def unchanged(_service: Service, given: Dependencies) -> Dependencies:
    """Return the ports as they are."""
    return given


class Application:
    """Services on one log, one topic and a queue for each consumer.

    Without a relay among the services, appended events are sent to the queues directly. `adapters`
    are chosen by consumer; without a choice it is the first that is declared. `wrap` may replace
    ports before a service is composed. An invocation gets at most `most_records`, or what the
    service declares.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        clock: Clock = utc_now,
        adapters: Mapping[str, str] | None = None,
        issuer: str | None = None,
        wrap: Wrap = unchanged,
        most_records: int | None = None,
    ) -> None:
        self.clock = clock
        self.observer = MemoryObserver()
        self.tables = MemoryTables()
        self.log = MemoryLog(self.tables, appended=self._appended)
        self.topic = MemoryTopic(self._deliver)
        self.mailbox = MemoryMailbox()
        self.unpublished = MemoryQueue()
        self._services = {service.name: service for service in services}
        self._adapters = adapters or {}
        self._issuer = issuer
        self._most_records = most_records
        self._relay = next((each for each in services if isinstance(each, Relay)), None)
        self._stream: list[Event[Any]] = []
        self._numbers = count(1)
        _check_names(services)
        self._rows = {
            table.name: MemoryRows(table.index or "")
            for service in services
            for table in service.possible_tables
            if table.sort
        }
        self.queues = {
            service.name: MemoryQueue(service, most_records)
            for service in services
            if isinstance(service, Consumer)
        }
        self.handlers: dict[str, Handler] = {
            service.name: compose(service, wrap(service, self._dependencies(service)))
            for service in services
        }

    def rows(self, table: str) -> MemoryRows:
        """Return a table with a sort key."""
        return self._rows[table]

    def history(self, order: str) -> History:
        """Return all events of an order."""
        return self.log.read(order)

    def invoke(self, service: str, event: Any) -> Any:
        """Call a service's handler and return its answer."""
        return self.handlers[service](event, CONTEXT)

    def request(self, api: str, route: str, **request: Any) -> Any:
        """Send an HTTP request such as `POST /checkout`; return the answer as Lambda returns it."""
        return self.invoke(api, http_request(route, **request))

    def tick(self, consumer: str) -> None:
        """Run a consumer's chore once, if it has one."""
        service = self._services[consumer]
        if isinstance(service, Consumer) and service.chore:
            self.invoke(consumer, dict(TICK))

    def append(self, event: Event[Any]) -> Event[Any]:
        """Append an event to the log; return the event that holds its slot."""
        return self.log.append(event)

    def send(self, consumer: str, event: Event[Any]) -> None:
        """Send an event to one consumer's queue, as a replay or a duplicate does."""
        self.queues[consumer].send(to_message(to_item(event)), next(self._numbers))

    def settle(self, random: Random | None = None) -> None:
        """Deliver until nothing is left to publish and every queue is empty or paused."""
        while self.step(random):
            pass

    def step(self, random: Random | None = None) -> bool:
        """Publish what is new and deliver one batch; return False if no message was ready.

        Messages are received in the order in which they were sent; with `random`, queues and the
        messages of standard queues are taken by chance.
        """
        self._publish()
        ready = {name: queue for name, queue in self.queues.items() if queue.ready}
        if not ready:
            return False
        name = random.choice(list(ready)) if random else min(ready, key=_age(ready))
        event = ready[name].receive(random)
        ready[name].settle(event, failures(self.invoke(name, event)))
        return True

    def handle(self, consumer: str, *events: Event[Any]) -> list[str]:
        """Deliver events to one consumer, one after the other; return the outcomes."""
        begun = len(self.observer.lines)
        for event in events:
            self.send(consumer, event)
            self.settle()
        lines = self.observer.lines[begun:]
        return [line["outcome"] for line in lines if line["consumer"] == consumer]

    def clear(self) -> None:
        """Remove all events, rows, items and messages; services keep what they cache."""
        self.log.clear()
        self.tables.clear()
        self._stream.clear()
        self.topic.published.clear()
        for rows in self._rows.values():
            rows.clear()
        self.unpublished.clear()
        self.clear_queues()

    def clear_queues(self) -> None:
        """Remove all messages from the consumers' queues, as if they had expired."""
        for queue in self.queues.values():
            queue.clear()

    def state(self) -> dict[str, Any]:
        """Return all that is written in the log and in tables, to compare it."""
        rows = {name: list(rows.all()) for name, rows in self._rows.items()}
        return {"log": self.log.items(), "rows": rows, "tables": self.tables.items()}

    def _publish(self) -> None:
        """Hand the stream's records to the relay, until none is left."""
        while self._stream and self._relay is not None:
            head = self._stream[: self._most_records or self._relay.batch]
            records = (stream_record(event, number=event.id) for event in head)
            failed = set(failures(self.invoke(self._relay.name, batch(*records))))
            again = [event for event in head if event.id in failed]
            if len(again) == len(head):
                raise RuntimeError("the relay published nothing: does the topic refuse everything?")
            self._stream[: len(head)] = again

    def _appended(self, event: Event[Any], _changes: Sequence[Change]) -> None:
        if self._relay is not None:
            self._stream.append(event)
        else:
            self._deliver(to_message(to_item(event)))

    def _deliver(self, message: Message) -> None:
        for name, queue in self.queues.items():
            service = self._services[name]
            if isinstance(service, Consumer) and message.type in service.subscribed_types:
                queue.send(message, next(self._numbers))

    def _dependencies(self, service: Service) -> Dependencies:
        resources = Resources(
            tables=self.tables,
            rows=self.rows,
            clock=self.clock,
            issuer=self._issuer,
            mailbox=self.mailbox,
        )
        given = Dependencies(
            observer=self.observer,
            clock=self.clock,
            log=self.log,
            resources=resources,
            topic=self.topic,
            unpublished=self.unpublished,
        )
        if not isinstance(service, Consumer):
            return given
        adapter = service.adapter(self._adapters.get(service.name))
        outside = adapter.build(resources) if adapter else None
        return replace(given, outside=outside, queue=self.queues[service.name])


def _check_names(services: Sequence[Service]) -> None:
    """Refuse two services that own tables of the same name, since tables are kept by name here."""
    owners: dict[str, str] = {}
    for service in services:
        for table in service.possible_tables:
            owner = owners.setdefault(table.name, table.owner or service.name)
            if owner != (table.owner or service.name):
                raise ValueError(
                    f"{owner} and {service.name} both own a table {table.name!r}: an application in"
                    " memory needs another name for one of them"
                )


def _age(queues: Mapping[str, MemoryQueue]) -> Callable[[str], int]:
    return lambda name: queues[name].oldest
