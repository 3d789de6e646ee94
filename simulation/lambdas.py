"""The functions of a world: the services' own handlers and chores on stepped ports."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any

from functions.framework.ports import Log, Resources
from functions.framework.service import Consumer
from functions.runtime import backoff
from functions.runtime.main import Dependencies, compose_reactor
from functions.runtime.memory.access import Granted
from functions.runtime.memory.log import LogOfService
from simulation.calls import QUEUE_DELETE, Unavailable
from simulation.clock import SECOND
from simulation.invocation import (
    Invocation,
    SilentObserver,
    WatchedReactor,
    Work,
    by_handler,
    by_reactor,
)
from simulation.message import Receipt
from simulation.outside import outside_of
from simulation.queue import Queue
from simulation.replay import Replay
from simulation.scheduler import Scheduler
from simulation.state import ShopState
from simulation.stepped_ports import (
    SteppedLog,
    SteppedMailbox,
    SteppedQueue,
    SteppedRecords,
    SteppedRows,
)
from simulation.watch import Watch
from simulation.worker import NEVER, Worker, call


class Lambdas:
    """Runs the functions of a world's consumers."""

    def __init__(self, scheduler: Scheduler, shop: ShopState, *, whole: bool, real: bool) -> None:
        """`watches` are by consumer, `close` those of them that look closely.

        With `whole`, ports to the outside do each call as a whole, as a provider does.

        Otherwise those with tables make calls of their own to these. With `real`, the handlers that
        Lambda calls handle messages.
        """
        self._scheduler = scheduler
        self._shop = shop
        self._whole = whole
        self._real = real
        self._works: dict[str, Work] = {}
        self._given: dict[str, Dependencies] = {}
        self.watches: dict[str, Watch] = {}
        self.close: dict[str, Watch] = {}

    def add(self, queue: Queue) -> None:
        """Compose the function of a queue's consumer."""
        consumer = queue.consumer
        aimed = consumer.name in self._scheduler.aimed
        watch = Watch(consumer, self._shop, self._scheduler, aimed=aimed)
        log, resources = self._ports_of(consumer)
        stepped = SteppedQueue(queue)
        given = Dependencies(
            observer=SilentObserver(),
            clock=self._scheduler.clock,
            log=log,
            resources=resources,
            outside=outside_of(watch, resources, whole=self._whole),
            queue=stepped,
            monotonic=lambda: self._scheduler.now / SECOND,
            make_reactor=partial(WatchedReactor, watch=watch),
        )
        self.watches[consumer.name] = watch
        self._given[consumer.name] = given
        if watch.close:
            self.close[consumer.name] = watch
        self._works[consumer.name] = (
            by_handler(consumer, given)
            if self._real
            else by_reactor(compose_reactor(consumer, given), stepped)
        )

    def invoke(self, queue: Queue, batch: Sequence[Receipt]) -> None:
        """Start a function on a batch; it is killed at its timeout."""
        worker = Invocation(queue.consumer.name, batch, partial(self.handle, queue, batch))
        worker.deadline = self._scheduler.now + queue.consumer.timeout * SECOND
        processes = self.watches[queue.consumer.name].processes
        if processes is not None:
            worker.process = processes.take(worker.name)
        self._scheduler.start(worker, numbers=batch[0].numbers if worker.alone else None)

    def handle(self, queue: Queue, batch: Sequence[Receipt], worker: Invocation) -> None:
        """Handle a batch, and acknowledge the messages that are not among its failures."""
        failed = self._works[queue.consumer.name](batch)
        worker.deadline, worker.attempt = NEVER, None  # Lambda itself acknowledges
        done = [each for each in batch if each.message.name not in failed] if failed else batch
        if done:
            worker.turn_to(f"{done[0].handle}, done")
            self.acknowledge(queue, done)
        processes = self.watches[queue.consumer.name].processes
        if processes is not None:
            processes.give_back(worker.process)

    def acknowledge(self, queue: Queue, done: Sequence[Receipt]) -> None:
        """Acknowledge messages; if that fails, the queue delivers them again."""
        try:
            call(QUEUE_DELETE, self._delete, queue, done)
        except Unavailable:
            return

    def tick(self, consumer: Consumer, number: str) -> None:
        """Start a consumer's chore, if it has one."""
        chore = consumer.chore
        if chore is None:
            return
        given = self._given[consumer.name]

        def work(worker: Worker) -> None:
            try:
                for _report in chore.run(given.log, given.resources):
                    pass
            except Exception as error:  # noqa: BLE001  an error of its own is a violation
                self.watches[consumer.name].check_failure(error, worker.name, None)

        worker = Worker(consumer.name, f"{consumer.name} tick {number}", work)
        worker.deadline = self._scheduler.now + consumer.timeout * SECOND
        self._scheduler.start(worker)

    def notify(self, name: str, notice: str, about: str, receives: int = 1) -> None:
        """Let a consumer handle a notice of its provider, which is repeated until it succeeded."""
        watch, given = self.watches[name], self._given[name]
        notices = watch.consumer.notices
        if notices is None:
            return
        handled: list[bool] = []

        def work(worker: Worker) -> None:
            try:
                notices.handle(notice, given.log, given.resources)
            except Exception as error:  # noqa: BLE001  an error of its own is a violation
                watch.check_failure(error, worker.name, None)
            else:
                with suppress(Unavailable):
                    call(QUEUE_DELETE, handled.append, True)

        def again() -> None:
            if not handled:
                hidden = backoff.visibility(watch.consumer.timeout) * SECOND
                when = self._scheduler.now + hidden
                self._scheduler.at(when, self.notify, name, notice, about, receives + 1)

        worker = Worker(name, f"{name} on notice of {about}, {receives}", work)
        worker.deadline = self._scheduler.now + watch.consumer.timeout * SECOND
        self._scheduler.start(worker, again)

    def replay(self) -> bool:
        """Replay everything to each replayable consumer that is watched closely, if any is."""
        replayable = [each for each in self.close.values() if each.consumer.replayable]
        for watch in replayable:
            given = self._given[watch.consumer.name]
            Replay(watch, self._shop, given, self._scheduler.draws).run()
        return bool(replayable)

    def _ports_of(self, consumer: Consumer) -> tuple[Log, Resources]:
        """Return the log and the resources of a consumer: its own tables, and no others."""
        own = self._shop.own.of(consumer)
        records, rows = cache(own.records), cache(own.rows)
        log = SteppedLog(LogOfService(self._shop.log, records), read=self._shop.log.read)

        aimed = consumer.name in self._scheduler.aimed

        def granted(port: str, table: Any, name: str) -> Any:
            return Granted(table, consumer, name, port) if aimed else table

        return log, Resources(
            tables=cache(lambda name: SteppedRecords(granted("tables", records(name), name))),
            rows=cache(lambda name: SteppedRows(granted("rows", rows(name), name))),
            clock=self._scheduler.clock,
            mailbox=SteppedMailbox(self._shop),
        )

    def _delete(self, queue: Queue, done: Sequence[Receipt]) -> None:
        name = queue.consumer.name
        watch = self.close.get(name)
        for receipt in done:
            if queue.delete(receipt):
                self._shop.acknowledged(name, receipt.message.event)
                if watch is not None:
                    watch.event_handled(receipt.message.event.subject)
