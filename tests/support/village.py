"""A village that orders: every consumer there is, in memory, and the stories of its orders."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec

from events.contracts.ordering import OrderCancelled
from events.contracts.orders import OrderStalled
from events.envelope import Event
from functions.framework.ports import Record
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.map import CONSUMERS
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import NOW, TRUMPET, Clock, order_placed, placed, resources, then

KINDS = ("happy", "declined", "sold out", "cancelled at once", "cancelled later", "stalled")


class Village:
    """All consumers on one log in memory; each story is an order from its placing to its end."""

    def __init__(self, random: Random) -> None:
        self._random = random
        tables = MemoryTables()
        tables(STOCK).put(Record(key=TRUMPET.sku, values={AVAILABLE: 10**6}, version=0))
        self.log = MemoryLog(tables)
        self._clock = Clock()
        given = resources(tables, self._clock)
        self._reactors = []
        for consumer in CONSUMERS:
            adapter = consumer.adapter()
            outside = adapter.build(given) if adapter else None
            self._reactors.append(
                Reactor(
                    consumer=consumer,
                    log=self.log,
                    clock=self._clock,
                    rows=given.rows,
                    outside=outside,
                )
            )

    def tell(self, kind: str, order: str) -> list[Event[Any]]:
        self._clock.now = NOW
        line = msgspec.structs.replace(TRUMPET, sku="GONG") if kind == "sold out" else TRUMPET
        token = "tok_declined" if kind == "declined" else "tok_success"
        first = placed(order_placed(line, token=token), order=order)
        waiting: list[Event[Any]] = [self.log.append(first)]
        if kind == "cancelled at once":
            waiting.append(self._cancelled(first))
        if kind == "stalled":
            stalled = OrderStalled(waited_seconds=60)
            waiting = [self.log.append(then(first, stalled, slot="stalled/1"))]
        late = kind == "cancelled later"
        while waiting:
            event = waiting.pop(self._random.randrange(len(waiting)))
            for reactor in self._random.sample(self._reactors, len(self._reactors)):
                self._clock.advance(milliseconds=self._random.randrange(1, 400))
                waiting += reactor.handle(event).stated
            if late:
                late = False
                waiting.append(self._cancelled(first))
        return sorted(self.log.read(order), key=lambda event: event.time)

    def _cancelled(self, first: Event[Any]) -> Event[Any]:
        fact = OrderCancelled(reason="customer")
        return self.log.append(
            then(first, fact, source="checkout", now=self._clock.now + timedelta(milliseconds=1))
        )
