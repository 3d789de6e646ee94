"""A consumer in memory whose reaction and whose queue fail when they are told to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockVoided
from events.envelope import Event
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.runtime.handlers.consumer import consumer_handler
from functions.runtime.handlers.observer import Observer
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from tests.support.builders import Clock, order_placed, placed
from tests.support.lambdas import message

SECRET = "tok_of_a_card_that_nobody_may_read"

UNDECODABLE: dict[str, Callable[[], str]] = {
    "not JSON": lambda: "order placed!",
    "an unknown type": lambda: json.dumps(
        json.loads(codec.encode(placed())) | {"type": "OrderGiftWrapped"}
    ),
    "a future version": lambda: json.dumps(json.loads(codec.encode(placed())) | {"dataversion": 3}),
}
"""Bodies that are no event known here, by what is wrong with them."""


class Outside(Exception):
    """The outside is away; what it says may quote a payload."""


@dataclass
class Queue:
    """Notes what is hidden, for how long; may be out of order itself."""

    hidden: dict[str, int] = field(default_factory=dict)
    broken: bool = False

    def hide(self, seconds: dict[str, int]) -> None:
        if self.broken:
            raise TimeoutError
        self.hidden |= seconds


@dataclass
class World:
    """A consumer of OrderPlaced whose reaction fails for the orders in `away`, as `errors` say.

    It takes `takes` of the seconds that `passed`.
    """

    log: MemoryLog = field(default_factory=MemoryLog)
    queue: Queue = field(default_factory=Queue)
    lines: MemoryObserver = field(default_factory=MemoryObserver)
    clock: Clock = field(default_factory=Clock)
    away: set[str] = field(default_factory=set)
    errors: dict[str, Exception] = field(default_factory=dict)
    reacted: list[str] = field(default_factory=list)
    takes: float = 0.0
    passed: float = 0.0

    def react(self, event: Event[OrderPlaced], _: object) -> StockVoided:
        self.reacted.append(event.subject)
        self.passed += self.takes
        if event.subject in self.away:
            if event.subject in self.errors:
                raise self.errors[event.subject]
            raise Outside(f"no answer for {event.data.payment_token} of {event.data.email}")
        return StockVoided()

    def handler(
        self, *, ordered: bool = False, observer: Observer | None = None
    ) -> Callable[..., Any]:
        on = On(event=OrderPlaced, react=self.react, history=True)
        consumer = Consumer(name="inventory", on=(on,), ordered=ordered)
        reactor = Reactor(consumer=consumer, log=self.log, clock=self.clock)
        return consumer_handler(
            reactor, self.queue, observer or self.lines, monotonic=lambda: self.passed
        )

    def place(self, *orders: str) -> list[dict[str, Any]]:
        """Return the messages of orders that are in the log."""
        events = [placed(order_placed(token=SECRET), order=order) for order in orders]
        return [message(self.log.append(event)) for event in events]
