"""The functions of a world: the consumers' own reactors and chores, on ports that stop."""

from collections.abc import Callable
from functools import partial
from itertools import count

from functions.email.post import by_mail
from functions.payment.sandbox import SandboxGateway
from functions.runtime.backoff import delay
from functions.runtime.ports import Resources
from functions.runtime.react import Reactor
from functions.runtime.service import Consumer
from functions.shipping.sandbox import SandboxCarrier
from ops.simulation.engine import Engine
from ops.simulation.fault import UNAVAILABLE, Unavailable
from ops.simulation.ports import (
    SteppedCarrier,
    SteppedGateway,
    SteppedLog,
    SteppedMailbox,
    SteppedRecords,
    SteppedRows,
)
from ops.simulation.queue import Message, Queue
from ops.simulation.shop import Shop
from ops.simulation.worker import Worker, call

AGAIN: tuple[type[Exception], ...] = (Unavailable, *UNAVAILABLE.values())
"""With what a function may fail, to be tried again."""


class Functions:
    """Runs the consumers of a world."""

    def __init__(self, engine: Engine, shop: Shop, log: SteppedLog, *, whole: bool) -> None:
        """Take the world; with `whole`, gateway and carrier do each call at once, as a provider.

        Otherwise they are the sandboxes, which make calls of their own, to tables.
        """
        self._engine = engine
        self._shop = shop
        self._log = log
        self._whole = whole
        self._rows = {name: SteppedRows(rows) for name, rows in shop.rows.items()}
        self._resources = Resources(
            tables=lambda name: SteppedRecords(shop.tables(name)),
            rows=self._rows.__getitem__,
            clock=engine.clock,
            mailbox=SteppedMailbox(shop),
        )
        self._references = count(1)
        self._reactors: dict[str, Reactor] = {}

    def add(self, consumer: Consumer) -> None:
        """Take a consumer into the world."""
        self._reactors[consumer.name] = Reactor(
            consumer=consumer,
            log=self._log,
            clock=self._engine.clock,
            rows=self._rows.__getitem__,
            outside=self._outside(consumer),
        )

    def react(self, queue: Queue, message: Message) -> None:
        """Begin a function's work on one message."""
        consumer = queue.consumer
        reactor = self._reactors[consumer.name]

        def work() -> None:
            try:
                reactor.handle(message.event)
            except AGAIN:
                wait = delay(message.receives)
                _try_to("queue.hide", partial(queue.hide, message, wait))
            else:
                _try_to("queue.delete", partial(self._acknowledge, queue, message))

        name = f"{message.name}, receive {message.receives}"
        self._engine.start(Worker(name, work, about=message.event.subject))

    def tick(self, consumer: Consumer, number: str) -> None:
        """Begin a consumer's chore."""
        chore = consumer.chore
        if chore is None:
            return

        def work() -> None:
            try:
                for _ in chore.run(self._log, self._resources):
                    pass
            except AGAIN:
                return

        name = f"{consumer.name} tick {number}"
        self._engine.start(Worker(name, work))

    def _acknowledge(self, queue: Queue, message: Message) -> None:
        queue.delete(message)
        self._shop.acknowledged(queue.consumer.name, message.event)

    def _outside(self, consumer: Consumer) -> object:
        match consumer.name:
            case "payment":
                return self._gateway()
            case "shipping":
                return self._carrier()
            case "email":
                return by_mail(self._resources)
        adapter = consumer.adapter()
        return adapter.build(self._resources) if adapter else None

    def _gateway(self) -> SandboxGateway | SteppedGateway:
        ledger = self._shop.ledger
        new = partial(_reference, self._references)
        if self._whole:
            return SteppedGateway(SandboxGateway(ledger, new))
        return SandboxGateway(SteppedRecords(ledger), new)

    def _carrier(self) -> SandboxCarrier | SteppedCarrier:
        parcels, clock = self._shop.parcels, self._engine.clock
        if self._whole:
            return SteppedCarrier(SandboxCarrier(parcels, clock))
        return SandboxCarrier(SteppedRecords(parcels), clock)


def _reference(numbers: "count[int]") -> str:
    return f"sbx_{next(numbers)}"


def _try_to(name: str, effect: Callable[[], None]) -> None:
    """Tell the queue what became of a message; what it does not hear, it works out by itself."""
    try:
        call(name, effect)
    except Unavailable:
        return
