"""An application in memory: services composed on in-memory ports, for stories in a test.

It is the test kit of docs/add-a-consumer.md. Services are given as an argument; the map is not
imported. What runs are the handlers that Lambda calls, from JSON to their answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
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
from functions.runtime.main import Dependencies, Handler, InvocationFailed, compose
from functions.runtime.memory.lambda_events import batch, failures, http_request, stream_record
from functions.runtime.memory.log import LogOfService, MemoryLog
from functions.runtime.memory.mailbox import MemoryMailbox
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.own_tables import OwnTables
from functions.runtime.memory.queue import MemoryQueue
from functions.runtime.memory.topic import MemoryTopic

CONTEXT = SimpleNamespace(aws_request_id="9d2c6a34-1f0e-4a58-9c37-5a1de0f4b7c2")

TRIES = 3
"""Invocations of the relay that publish nothing, until that is an error."""

STUCK = "the relay published nothing: does the topic refuse everything?"

type Wrap = Callable[[Service, Dependencies], Dependencies]
"""Replaces some of a service's ports, for example by ones that count or fail."""


def unchanged(_service: Service, given: Dependencies) -> Dependencies:
    """Return the ports as they are."""
    return given


class Application:
    """Services on one log, one topic and a queue for each consumer.

    Without a relay among the services, appended events are sent to the queues directly. `tables`
    and `rows` return a table of a service by its name, or by owner and name. `adapters` are chosen
    by consumer; without a choice it is the first that is declared. `wrap` may replace ports before
    a service is composed. An invocation gets at most `most_records`, or what the
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
        self._own = OwnTables()
        self.tables, self.rows = self._own.tables, self._own.rows
        self.log = MemoryLog(self._own.records, appended=self._appended)
        self.topic = MemoryTopic(self._deliver)
        self.mailbox = MemoryMailbox()
        self.unpublished = MemoryQueue()
        self._adapters = adapters or {}
        self._issuer = issuer
        self._wrap = wrap
        self._most_records = most_records
        self._relay: Relay | None = None
        self._stream: list[Event[Any]] = []
        self._numbers = count(1)
        self._services: dict[str, Service] = {}
        self.queues: dict[str, MemoryQueue] = {}
        self.handlers: dict[str, Handler] = {}
        for service in services:
            self._own.declare(service)
        for service in services:
            self.deploy(service)

    def deploy(self, service: Service) -> None:
        """Add a service; a consumer receives what is published from now on.

        Raises:
            ValueError: a service of that name was given already.
        """
        if service.name in self._services:
            raise ValueError(f"{service.name} is given twice: an application has each service once")
        self._services[service.name] = service
        self._own.declare(service)
        if isinstance(service, Relay):
            self._relay = service
        if isinstance(service, Consumer):
            self.queues[service.name] = MemoryQueue(service, self._most_records)
        self.handlers[service.name] = compose(
            service, self._wrap(service, self._dependencies(service))
        )

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
        self._own.clear()
        self._stream.clear()
        self.topic.published.clear()
        self.unpublished.clear()
        self.clear_queues()

    def clear_queues(self) -> None:
        """Remove all messages from the consumers' queues, as if they had expired."""
        for queue in self.queues.values():
            queue.clear()

    def state(self) -> dict[str, Any]:
        """Return all that is written in the log and in tables, to compare it."""
        own = self._own
        return {"log": self.log.items(), "rows": own.all_rows(), "tables": own.records.items()}

    def _publish(self) -> None:
        """Hand the stream's records to the relay, until none is left."""
        tries = 0
        while self._stream and self._relay is not None:
            head = self._stream[: self._most_records or self._relay.batch]
            records = (stream_record(event, number=event.id) for event in head)
            failed = self._relayed(self._relay.name, batch(*records))
            again = [event for event in head if failed is None or event.id in failed]
            tries = tries + 1 if len(again) == len(head) else 0
            if tries == TRIES:
                raise RuntimeError(STUCK)
            self._stream[: len(head)] = again

    def _relayed(self, relay: str, event: dict[str, Any]) -> list[str] | None:
        """Invoke the relay; return the ids that it did not publish, or None if it raised."""
        try:
            return failures(self.invoke(relay, event))
        except InvocationFailed:
            return None

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
        own = self._own.of(service)
        resources = Resources(
            tables=own.records,
            rows=own.rows,
            clock=self.clock,
            issuer=self._issuer,
            mailbox=self.mailbox,
            report=partial(self.observer.record, consumer=service.name),
        )
        given = Dependencies(
            observer=self.observer,
            clock=self.clock,
            monotonic=lambda: self.clock().timestamp(),
            log=LogOfService(self.log, own.records),
            resources=resources,
            topic=self.topic,
            unpublished=self.unpublished,
        )
        if not isinstance(service, Consumer):
            return given
        adapter = service.adapter(self._adapters.get(service.name))
        outside = adapter.build(resources) if adapter else None
        return replace(given, outside=outside, queue=self.queues[service.name])


def _age(queues: Mapping[str, MemoryQueue]) -> Callable[[str], int]:
    return lambda name: queues[name].oldest
