"""The functions of a world: the services' own handlers and chores on stepped ports."""

from collections.abc import Sequence
from functools import partial
from itertools import count

from functions.email.sender import stage_mailbox
from functions.framework.ports import Resources
from functions.framework.service import Consumer
from functions.payment.sandbox import SandboxGateway
from functions.runtime.main import Dependencies, compose_reactor
from functions.shipping.sandbox import SandboxCarrier
from simulation.clock import SECOND
from simulation.faults import Unavailable
from simulation.invocation import (
    RETRIABLE,
    Invocation,
    SilentObserver,
    WatchedReactor,
    Work,
    by_handler,
    by_reactor,
)
from simulation.message import Receipt
from simulation.queue import Queue
from simulation.scheduler import Scheduler
from simulation.state import ShopState
from simulation.stepped_ports import (
    SteppedCarrier,
    SteppedGateway,
    SteppedLog,
    SteppedMailbox,
    SteppedQueue,
    SteppedRecords,
    SteppedRows,
)
from simulation.worker import NEVER, Worker, call


class Lambdas:
    """Runs the functions of a world's consumers."""

    def __init__(
        self, scheduler: Scheduler, shop: ShopState, log: SteppedLog, *, whole: bool, real: bool
    ) -> None:
        """With `whole`, gateway and carrier do each call as a whole, as a provider does.

        Otherwise they are the sandboxes, which make calls of their own to tables. With `real`, the
        handlers that Lambda calls handle messages.
        """
        self._scheduler = scheduler
        self._shop = shop
        self._log = log
        self._whole = whole
        self._real = real
        rows = {name: SteppedRows(rows) for name, rows in shop.rows.items()}
        self._resources = Resources(
            tables=lambda name: SteppedRecords(shop.tables(name)),
            rows=rows.__getitem__,
            clock=scheduler.clock,
            mailbox=SteppedMailbox(shop),
        )
        self._references = count(1)
        self._works: dict[str, Work] = {}

    def add(self, queue: Queue) -> None:
        """Compose the function of a queue's consumer."""
        consumer = queue.consumer
        stepped = SteppedQueue(queue)
        given = Dependencies(
            observer=SilentObserver(),
            clock=self._scheduler.clock,
            log=self._log,
            resources=self._resources,
            outside=self._outside(consumer),
            queue=stepped,
            monotonic=lambda: self._scheduler.now / SECOND,
            make_reactor=WatchedReactor,
        )
        self._works[consumer.name] = (
            by_handler(consumer, given)
            if self._real
            else by_reactor(compose_reactor(consumer, given), stepped)
        )

    def invoke(self, queue: Queue, batch: Sequence[Receipt]) -> None:
        """Start a function on a batch; it is killed at its timeout."""
        worker = Invocation(queue.consumer.name, batch, partial(self.handle, queue, batch))
        worker.deadline = self._scheduler.now + queue.consumer.timeout * SECOND
        self._scheduler.start(worker, numbers=batch[0].numbers if worker.alone else None)

    def handle(self, queue: Queue, batch: Sequence[Receipt], worker: Invocation) -> None:
        """Handle a batch, and acknowledge the messages that are not among its failures."""
        failed = self._works[queue.consumer.name](batch)
        worker.deadline = NEVER  # Lambda itself acknowledges
        done = [each for each in batch if each.message.name not in failed] if failed else batch
        if done:
            worker.turn_to(f"{done[0].handle}, done")
            self.acknowledge(queue, done)

    def acknowledge(self, queue: Queue, done: Sequence[Receipt]) -> None:
        """Acknowledge messages; if that fails, the queue delivers them again."""
        try:
            call("queue.delete", self._delete, queue, done)
        except Unavailable:
            return

    def tick(self, consumer: Consumer, number: str) -> None:
        """Start a consumer's chore, if it has one."""
        chore = consumer.chore
        if chore is None:
            return

        def work(_: Worker) -> None:
            try:
                for _report in chore.run(self._log, self._resources):
                    pass
            except RETRIABLE:
                return

        worker = Worker(consumer.name, f"{consumer.name} tick {number}", work)
        worker.deadline = self._scheduler.now + consumer.timeout * SECOND
        self._scheduler.start(worker)

    def _delete(self, queue: Queue, done: Sequence[Receipt]) -> None:
        for receipt in done:
            if queue.delete(receipt):
                self._shop.acknowledged(queue.consumer.name, receipt.message.event)

    def _outside(self, consumer: Consumer) -> object:
        match consumer.name:
            case "payment":
                return self._gateway()
            case "shipping":
                return self._carrier()
            case "email":
                return stage_mailbox(self._resources)
        adapter = consumer.adapter()
        return adapter.build(self._resources) if adapter else None

    def _gateway(self) -> SandboxGateway | SteppedGateway:
        ledger = self._shop.ledger
        new = partial(_reference, self._references)
        if self._whole:
            return SteppedGateway(SandboxGateway(ledger, new))
        return SandboxGateway(SteppedRecords(ledger), new)

    def _carrier(self) -> SandboxCarrier | SteppedCarrier:
        parcels, clock = self._shop.parcels, self._scheduler.clock
        if self._whole:
            return SteppedCarrier(SandboxCarrier(parcels, clock))
        return SandboxCarrier(SteppedRecords(parcels), clock)


def _reference(numbers: "count[int]") -> str:
    return f"sbx_{next(numbers)}"
