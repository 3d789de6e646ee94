"""Histories of orders with every kind of ending: all consumers in memory, in random order."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any, override

import msgspec

from events.contracts.ordering import OrderCancelled
from events.contracts.orders import OrderStalled
from events.envelope import Event
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime.memory.application import Application
from testkit import products
from testkit.builders import NOW, TRUMPET, Clock, order_placed, placed, then
from tests.fuzz.events import sample_events

KINDS = ("happy", "declined", "sold out", "cancelled at once", "cancelled later", "stalled")


class OrderHistories(Application):
    """All consumers; time advances by chance at each delivery."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._now = Clock()
        super().__init__(CONSUMERS, clock=self._now, most_records=1)
        products.stock(self.tables, msgspec.structs.replace(TRUMPET, quantity=10**6))

    @override
    def invoke(self, service: str, event: Any) -> Any:
        self._now.advance(milliseconds=self._random.randrange(1, 400))
        return super().invoke(service, event)

    def run(self, kind: str, order: str) -> list[Event[Any]]:
        """Place an order and deliver everything; return its events by time."""
        self._now.now = NOW
        line = msgspec.structs.replace(TRUMPET, sku="GONG") if kind == "sold out" else TRUMPET
        token = "tok_declined" if kind == "declined" else "tok_success"
        first = placed(order_placed(line, token=token), order=order)
        self.append(first)
        if kind == "stalled":
            self.clear_queues()
            self.append(then(first, OrderStalled(waited_seconds=60), slot="stalled/1"))
        if kind == "cancelled later":
            for _ in CONSUMERS:
                self.step(self._random)
        if kind.startswith("cancelled"):
            now = self._now.now + timedelta(milliseconds=1)
            self.append(then(first, OrderCancelled(reason="customer"), source="checkout", now=now))
        self.settle(self._random)
        return sorted(self.log.read(order), key=lambda event: event.time)


@cache
def histories() -> tuple[list[Event[Any]], ...]:
    """Return a history of each kind."""
    return tuple(OrderHistories(Random(0)).run(kind, f"ORDER{n}") for n, kind in enumerate(KINDS))


def subscribed_events(consumer: Consumer) -> Iterator[tuple[Event[Any], list[Event[Any]]]]:
    """Yield an event of each subscribed type, with its order's history up to it."""
    found = {
        event.type: (event, history[: place + 1])
        for history in reversed(histories())
        for place, event in enumerate(history)
    }
    for name in consumer.subscribed_types:
        sample = sample_events("SAMPLE", name)
        yield found.get(name) or (sample[-1], sample)
