"""A world: a shop, its functions and customers, and all the luck that a seed gives them."""

from collections.abc import Callable, Sequence
from typing import Any

from events.contracts.ordering import OUTCOME
from events.envelope import Event
from events.order_list import LIST
from functions.analytics.table import FIGURES
from functions.framework.ports import Change, Mail, Row
from functions.framework.service import Consumer, Relay
from functions.map import BUS, CONSUMERS
from simulation.actors.customers import PRICES, Customers
from simulation.actors.operators import Operators
from simulation.actors.outages import Outages
from simulation.clock import DAY, HOUR, MINUTE
from simulation.faults import Fault
from simulation.invariants import at_rest, delivery, read_models
from simulation.invariants import orders as order_invariants
from simulation.invariants.violation import Violation
from simulation.lambdas import Functions
from simulation.message import Message, Receipt
from simulation.queue import Queue
from simulation.relay import Stream
from simulation.scenario import Scenario
from simulation.scheduler import Engine
from simulation.state import Shop
from simulation.stepped_ports import SteppedLog
from simulation.worker import Worker

TICKS = (MINUTE, 12 * HOUR + 10 * MINUTE, 3 * DAY)
LATE_TICKS = (7 * DAY, 15 * DAY)
"""Until when a chore is done at some time, each time; more often there is nothing for it to do.
The late ones are in some worlds only: where many days are to be summed up, that takes long."""

REAL = 0.1
"""The share of worlds in which batches of messages and of the stream's records go, as JSON and as
items, to the very functions that Lambda calls; elsewhere the rules behind them are enough."""

ROUNDS = 4
"""How often, at the end, the watch looks for stalled orders and operators empty the DLQs."""

UNATTENDED = (0, HOUR, DAY - MINUTE, DAY + MINUTE, DAY + 4 * MINUTE, 25 * HOUR, 13 * DAY, 15 * DAY)
"""For how long the DLQs of a world keep what they have before they are emptied."""

READ_MODELS = {LIST: read_models.OF_THE_LIST, FIGURES: read_models.OF_THE_FIGURES}

MAILS = ("mailbox.send", "log.append")


class World:
    """One world, from its first order until it is quiet for good."""

    def __init__(
        self, scenario: Scenario, *, consumers: Sequence[Consumer] = CONSUMERS, relay: Relay = BUS
    ) -> None:
        """Take the scenario, and the rows of the map, or others in their place."""
        draws = scenario.draws
        self.engine = Engine(draws, chance=scenario.chance, without=scenario.without)
        self.engine.on_fault = self._on_fault
        pieces = max(2, len(scenario.present))
        stock = {sku: draws.between(f"stock {sku}", 1, 3 * pieces) for sku in PRICES}
        self.shop = Shop(stock, consumers, self.engine.clock)
        self.shop.listen(self)
        log = SteppedLog(self.shop.log)
        whole, real = draws.happens("whole", 0.5), draws.happens("real", REAL)
        self.functions = Functions(self.engine, self.shop, log, whole=whole, real=real)
        self.queues = [Queue(each, self.engine, self, batches=real) for each in consumers]
        for queue in self.queues:
            self.functions.add(queue)
        self.shop.queues = by_name = {queue.consumer.name: queue for queue in self.queues}
        self._subscribers = {
            event: [by_name[name] for name in names]
            for event, names in self.shop.subscribers.items()
        }
        self.stream = Stream(relay, self.engine, self._deliver, real=real)
        self.shop.stream = self.stream
        self.operators = Operators(self.engine, self.shop.log, self.stream, self.queues)
        self._unattended = draws.pick("unattended", UNATTENDED)
        self._begin(Customers(self.engine, log), scenario)

    def run(self) -> None:
        """Let everything happen, until nothing more does.

        Raises:
            Violation: an invariant does not hold.
        """
        try:
            self._live()
        finally:
            self.engine.close()

    def forget(self) -> None:
        """Let go of all that there was: its parts know each other, so they would be garbage."""
        for part in (*self.queues, self.engine, self.shop, self.stream, self):
            vars(part).clear()

    # -- what happens ------------------------------------------------------------------------------

    def _live(self) -> None:
        self.engine.run()
        self.engine.calm = True
        waited = self.engine.busy + self._unattended
        meanwhile = (self.engine.now + waited) // 2
        self.engine.at(meanwhile, self._tick, "meanwhile")
        self.engine.run()
        self.engine.now = max(self.engine.now, waited, self._weather.over)
        for number in range(ROUNDS):
            self._operate(f"end {number}")
            self.engine.run()
            if self._settled():
                break
            self.engine.now += 12 * HOUR + 6 * MINUTE
        self.engine.now += 4 * DAY
        self._tick("last")
        self.engine.run()
        for order in self.shop.log.streams:
            _hold(at_rest.OF_AN_ORDER, order, self.shop, order)
        _hold(at_rest.OF_THE_SHOP, "all orders", self.shop, self.engine.clock())

    def _begin(self, customers: Customers, scenario: Scenario) -> None:
        orders = [customers.arrive(number) for number in scenario.present]
        self._weather = Outages(self.engine, self.queues, self.stream)
        late = LATE_TICKS if self.engine.draws.happens("late", 0.3) else ()
        for nth, until in enumerate(TICKS + late):
            when = self.engine.draws.between(f"tick {nth}", 1, until)
            self.engine.at(when, self._tick, f"{nth}")
        self.operators.schedule(orders)

    def _operate(self, number: str) -> None:
        self.operators.see_to_all()
        self._tick(number)

    def _settled(self) -> bool:
        """Tell whether there is nothing left for operators and for the watch to do."""
        return not (
            self.stream.behind
            or any(queue.dead or queue.lost for queue in self.queues)
            or any(stream.get(OUTCOME) is None for stream in self.shop.log.streams.values())
        )

    def _tick(self, number: str) -> None:
        """Let the chores be done; a good time to look at what is on its way."""
        for order in self.shop.log.streams:
            _hold(delivery.OF_AN_ORDER, order, self.shop, order)
        for queue in self.queues:
            if queue.there:
                self.functions.tick(queue.consumer, number)

    def _deliver(self, event: Event[Any], body: str) -> None:
        _hold(delivery.OF_A_PUBLICATION, event.id, self.shop, event)
        self.shop.published.add(event.id)
        for queue in self._subscribers.get(event.type, ()):
            queue.hear(event, body)

    def _on_fault(self, worker: Worker, fault: Fault) -> None:
        between = worker.call in MAILS and fault != "slow"
        if worker.service == "email" and (between or fault == "frozen"):
            for subject in _subjects(worker.about):
                self.shop.mail_faults[subject] += 1

    # -- what becomes of messages ------------------------------------------------------------------

    def invoke(self, queue: Queue, batch: Sequence[Receipt]) -> None:
        """Let a function work on some messages."""
        self.functions.invoke(queue, batch)

    def acknowledged(self, queue: Queue, message: Message) -> None:
        """Look at a message that somebody has done with."""
        _hold(delivery.OF_WHAT_IS_ACKNOWLEDGED, message.name, message, self.engine.now)

    def dead_lettered(self, queue: Queue, message: Message) -> None:
        """Look at a message that went to the DLQ, and wake an operator."""
        _hold(delivery.OF_A_DEAD_LETTER, message.name, message, self.engine.now)
        self.operators.alarmed(queue, message)

    def lost(self, queue: Queue, event: Event[Any]) -> None:
        """Let an operator know what a queue has not kept."""
        self.engine.note(f"{queue.consumer.name} on {event.id}", "expired")
        self.operators.missed(queue, event.time)

    # -- what is looked at when it has happened ----------------------------------------------------

    def stated(self, event: Event[Any], _: Sequence[Change]) -> None:
        """Look at a fact that was put into the log, and give it to the stream."""
        _hold(order_invariants.of_a_fact(event), event.id, self.shop, event)
        self.stream.add(event)

    def charged(self, order: str) -> None:
        """Look at the gateway's ledger, which has changed."""
        _hold(order_invariants.OF_THE_LEDGER, order, self.shop, order)

    def booked(self, order: str) -> None:
        """Look at the carrier's parcels, which have changed."""
        _hold(order_invariants.OF_THE_PARCELS, order, self.shop, order)

    def handled(self, consumer: str, event: Event[Any]) -> None:
        """Look at an order of which a consumer has done with an event."""
        _hold(
            order_invariants.of_what_is_handled(consumer), event.subject, self.shop, event.subject
        )

    def kept(self, table: str, row: Row) -> None:
        """Look at a row of a read model that was written."""
        _hold(READ_MODELS[table], row.sort, self.shop, row)

    def mailed(self, mail: Mail) -> None:
        """Look at a mail that was sent."""
        _hold(order_invariants.OF_A_MAIL, mail.subject, self.shop, mail)


def _subjects(order: str) -> tuple[str, ...]:
    """Return the subjects of the mails that an order can have."""
    ordered = f"Your order {order}"
    return ordered, f"{ordered} is on its way", f"{ordered} was cancelled"


def _hold[A, B](these: Sequence[Callable[[A, B], bool]], about: str, one: A, other: B) -> None:
    for invariant in these:
        if not invariant(one, other):
            raise Violation(invariant, about)
