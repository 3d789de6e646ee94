"""A world: a shop with its functions, customers and operators, and the faults of one seed."""

from collections.abc import Sequence
from typing import Any, override

from events.contracts.ordering import OUTCOME
from events.envelope import Event
from functions.framework.ports import Change, Mail, Row
from functions.framework.service import Consumer, Relay
from functions.map import BUS, CONSUMERS
from simulation.actors.customers import PRICES, Customers, stock_of_parts
from simulation.actors.operators import Operators
from simulation.actors.outages import Outages
from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.faults import Fault
from simulation.invariants import delivery
from simulation.invariants.checker import Checker, hold
from simulation.lambdas import Lambdas
from simulation.message import Message, Receipt
from simulation.proofs import NO_PROOF
from simulation.queue import Queue, QueueListener
from simulation.relay import Stream
from simulation.scenario import Scenario
from simulation.scheduler import Scheduler
from simulation.state import ShopState
from simulation.stepped_ports import SteppedLog
from simulation.watchdog import watchdog
from simulation.worker import Worker

TICKS = (MINUTE, 12 * HOUR + 10 * MINUTE, 3 * DAY)
LATE_TICKS = (7 * DAY, 15 * DAY)
"""Every consumer's chore runs once at a random time before each of these; more ticks would find
nothing to do. The late ones are in some worlds only, since there they take long: many days are to
be closed."""

REAL = 0.1
"""The share of worlds in which batches of messages (as JSON) and of stream records (as items) go to
the handlers that Lambda calls; elsewhere the rules behind them are enough."""

REAL_IF_AIMED = 0.4
"""That share if the world aims at some consumers."""

REPORTED = (SECOND, MINUTE, 12 * HOUR)
"""A mail that comes back is reported within one of these spans."""

ROUNDS = 4
"""Rounds at the end, in which the chores look for stalled orders and operators redrive the DLQs."""

UNATTENDED = (0, HOUR, DAY - MINUTE, DAY + MINUTE, DAY + 4 * MINUTE, 25 * HOUR, 13 * DAY, 15 * DAY)
"""Times that messages stay in a DLQ at the end before operators redrive it."""


class World(Checker, QueueListener):
    """One world, from its first order until it is at rest for good."""

    def __init__(
        self, scenario: Scenario, *, consumers: Sequence[Consumer] = CONSUMERS, relay: Relay = BUS
    ) -> None:
        """Take the scenario and the rows of the map, or others in their place."""
        draws = scenario.draws
        self.scheduler = Scheduler(
            draws,
            chance=scenario.chance,
            excluded=scenario.excluded_faults,
            aimed=scenario.aimed,
            aimed_chance=scenario.aimed_chance,
        )
        self.scheduler.on_fault = self._on_fault
        pieces = max(2, scenario.orders)
        stock = {sku: draws.between(f"stock {sku}", 1, 3 * pieces) for sku in PRICES}
        stock |= stock_of_parts(draws, pieces)
        super().__init__(ShopState(stock, consumers, self.scheduler.clock))
        self.shop.listen(self)
        whole = draws.happens("whole", 0.5)
        real = draws.happens("real", REAL_IF_AIMED if scenario.aimed else REAL)
        self.lambdas = Lambdas(self.scheduler, self.shop, whole=whole, real=real)
        self.queues = [Queue(each, self.scheduler, self, batches=real) for each in consumers]
        for queue in self.queues:
            self.lambdas.add(queue)
        self.shop.queues = by_name = {queue.consumer.name: queue for queue in self.queues}
        self._subscribers = {
            event: [by_name[name] for name in names]
            for event, names in self.shop.subscribers.items()
        }
        self.stream = Stream(relay, self.scheduler, self._deliver, real=real)
        self.shop.stream = self.stream
        self.operators = Operators(self.scheduler, self.shop.log, self.stream, self.queues)
        self._unattended = draws.pick("unattended", UNATTENDED)
        self._faults_of = {
            name: own for name, own in self.shops.items() if own.proof is not NO_PROOF
        }
        self._schedule(Customers(self.scheduler, SteppedLog(self.shop.log)), scenario)

    def run(self) -> None:
        """Run the world until it is at rest.

        Raises:
            Violation: an invariant does not hold.
        """
        try:
            with watchdog({each.name: each for each in self.shop.consumers}):
                self._run_to_rest()
        finally:
            self.scheduler.close()
            for watch in self.lambdas.watches.values():
                watch.close_processes()

    def forget(self) -> None:
        """Clear the world's parts, which refer to each other, so that they are freed at once."""
        for part in (*self.queues, self.scheduler, self.shop, self.stream, self):
            vars(part).clear()

    # -- from begin to end -------------------------------------------------------------------------

    def _run_to_rest(self) -> None:
        self.scheduler.run()
        self.scheduler.fault_free = True
        waited = self.scheduler.last_call + self._unattended
        meanwhile = (self.scheduler.now + waited) // 2
        self.scheduler.at(meanwhile, self._tick, "meanwhile")
        self.scheduler.run()
        self.scheduler.now = max(self.scheduler.now, waited, self._outages.over)
        for number in range(ROUNDS):
            self._operate(f"end {number}")
            self.scheduler.run()
            if self._is_done():
                break
            self.scheduler.now += 12 * HOUR + 6 * MINUTE
        self.scheduler.now += 4 * DAY
        self._tick("last")
        self.scheduler.run()
        self.check_at_rest()
        if self.lambdas.replay():
            self.check_whole_shop()

    def _schedule(self, customers: Customers, scenario: Scenario) -> None:
        orders = [customers.schedule(number) for number in scenario.present]
        self._outages = Outages(self.scheduler, self.queues, self.stream)
        late = LATE_TICKS if self.scheduler.draws.happens("late", 0.3) else ()
        for nth, until in enumerate(TICKS + late):
            when = self.scheduler.draws.between(f"tick {nth}", 1, until)
            self.scheduler.at(when, self._tick, f"{nth}")
        self.operators.schedule(orders)

    def _operate(self, number: str) -> None:
        self.operators.restore_all()
        self._tick(number)

    def _is_done(self) -> bool:
        """Return whether nothing is left to do for operators and for the chores."""
        return not (
            self.stream.behind
            or any(queue.dead or queue.expired for queue in self.queues)
            or not all(self.shop.log.holds(order, OUTCOME) for order in self.shop.log.orders())
        )

    def _tick(self, number: str) -> None:
        """Run every consumer's chore, and check that no event and no message is lost."""
        for order in self.shop.log.orders():
            hold(delivery.OF_AN_ORDER, order, self.shop, order)
        for queue in self.queues:
            if queue.deployed:
                self.lambdas.tick(queue.consumer, number)

    def _deliver(self, event: Event[Any], body: str) -> None:
        hold(delivery.OF_A_PUBLICATION, event.id, self.shop, event)
        self.shop.published.add(event.id)
        for queue in self._subscribers.get(event.type, ()):
            queue.deliver(event, body)

    def _on_fault(self, worker: Worker, fault: Fault) -> None:
        own = self._faults_of.get(worker.service)
        if own is not None:
            own.proof.on_fault(own, worker.about, worker.call, fault)

    # -- messages ----------------------------------------------------------------------------------

    @override
    def invoke(self, queue: Queue, batch: Sequence[Receipt]) -> None:
        self.lambdas.invoke(queue, batch)

    @override
    def acknowledged(self, queue: Queue, message: Message) -> None:
        hold(delivery.OF_AN_ACKNOWLEDGEMENT, message.name, message, self.scheduler.now)

    @override
    def dead_lettered(self, queue: Queue, message: Message) -> None:
        hold(delivery.OF_A_DEAD_LETTER, message.name, message, self.scheduler.now)
        self.operators.on_dead_letter(queue, message)

    @override
    def expired(self, queue: Queue, event: Event[Any]) -> None:
        self.scheduler.note(f"{queue.consumer.name} on {event.id}", "expired")
        self.operators.replay_expired(queue, event.time)

    # -- changes of the state ----------------------------------------------------------------------

    @override
    def appended(self, event: Event[Any], changes: Sequence[Change]) -> None:
        super().appended(event, changes)
        self.stream.add(event)

    @override
    def mail_sent(self, mail: Mail) -> None:
        super().mail_sent(mail)
        draws, sent = self.scheduler.draws, f"mail-{len(self.shop.mail_ids)}"
        number, *_ = draws.draw(f"mailbox {mail.to}")
        for name, own in self._faults_of.items():
            notice = own.proof.notice_of(own, mail, sent, number)
            if notice is not None:
                wait = draws.between(f"notice of {sent}", 1, draws.pick(f"notice {sent}", REPORTED))
                when = self.scheduler.now + wait
                self.scheduler.at(when, self.lambdas.notify, name, notice, sent)

    @override
    def row_written(self, owner: str, table: str, row: Row) -> None:
        super().row_written(owner, table, row)
        watch = self.lambdas.close.get(owner)
        if watch is not None:
            watch.row_written(table, row)
