"""The payment protocol under faults: hundreds of schedules, each from a seed.

Two concurrent workers for each message, three deliveries, crashes before, in and after any port
call, calls that take effect after their worker crashed, and a cancellation at any time.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.contracts.ordering import OrderCancelled
from events.contracts.payment import (
    CHARGE,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.envelope import Event
from functions.payment.gateway import GatewayUnavailable
from functions.payment.sandbox import DECLINED, LEDGER, SUCCESS, TIMEOUT, SandboxGateway
from functions.payment.service import SERVICE
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from simulation.stepped_ports import SteppedLog, SteppedRecords
from testkit.builders import ORDER, Clock, order_placed, placed, then
from tests.support.interleave import DEATHS, Worker

AT_ONCE = 2
DELIVERIES = 3
STEPS = 60


class Message:
    """An event in payment's queue: redelivered until a worker acknowledges it."""

    def __init__(self, event: Event[Any]) -> None:
        self.event = event
        self.acknowledged = False
        self.delivered = 0
        self.workers: list[Worker] = []

    @property
    def busy(self) -> list[Worker]:
        return [worker for worker in self.workers if not worker.done]


class World:
    """One order, its payment, and the possible next steps."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.token = self.random.choice([SUCCESS, SUCCESS, TIMEOUT, DECLINED])
        self.total = order_placed().total.amount
        self.log = MemoryLog()
        self.ledger = MemoryTables()(LEDGER)
        self.clock = Clock()
        self.placed = self.log.append(placed(order_placed(token=self.token)))
        self.messages = [Message(self.placed)]
        self.late: list[Callable[[], object]] = []
        self.deliveries = DELIVERIES
        self.deaths = self.random.randint(0, 4)
        self.may_cancel = self.random.random() < 0.7
        self.ever_captured: set[str] = set()

    # -- steps -------------------------------------------------------------------------------------

    def next_events(self) -> list[Callable[[], object]]:
        busy = [worker for message in self.messages for worker in message.busy]
        events: list[Callable[[], object]] = [worker.step for worker in busy]
        events += [partial(self.deliver, m) for m in self.messages if self.deliverable(m)]
        if busy and self.deaths:
            events.append(lambda: self.kill(self.random.choice(busy)))
        if self.may_cancel and len(self.messages) == 1:
            events.append(self.cancel)
        if self.late:
            events.append(self.come_through)
        return events

    def deliverable(self, message: Message) -> bool:
        return (
            not message.acknowledged
            and message.delivered < self.deliveries
            and len(message.busy) < AT_ONCE
        )

    def deliver(self, message: Message) -> None:
        def work(_: Worker) -> None:
            reactor = Reactor(
                consumer=SERVICE,
                log=SteppedLog(self.log),
                clock=self.clock,
                outside=SandboxGateway(SteppedRecords(self.ledger)),
            )
            reactor.handle(message.event)
            message.acknowledged = True

        message.delivered += 1
        message.workers.append(Worker(work, self.late))

    def kill(self, worker: Worker) -> None:
        self.deaths -= 1
        worker.step(self.random.choice(DEATHS))

    def cancel(self) -> None:
        cancelled = self.log.append(then(self.placed, OrderCancelled(reason="customer")))
        self.messages.append(Message(cancelled))

    def come_through(self) -> None:
        self.late.pop(self.random.randrange(len(self.late)))()

    # -- state -------------------------------------------------------------------------------------

    @property
    def charged(self) -> int:
        """The total that the customer is charged at the moment."""
        return sum(
            int(entry.values["amount"])
            for entry in self.ledger.all()
            if entry.values["state"] == "captured"
        )

    def check(self) -> None:
        """Check the invariants of every moment."""
        self.clock.advance(milliseconds=self.random.choice([-40, 0, 1, 90]))
        self.ever_captured |= {
            entry.key
            for entry in self.ledger.all()
            if entry.values["state"] in ("captured", "refunded")
        }
        assert len(self.ever_captured) <= 1, "two references were captured"
        if self.cancelled and self.messages[1].acknowledged:
            assert self.charged == 0, "a cancelled order is charged"
        for worker in (worker for message in self.messages for worker in message.workers):
            if worker.error and not isinstance(worker.error, GatewayUnavailable):
                raise worker.error

    @property
    def cancelled(self) -> bool:
        return len(self.messages) == 2

    # -- run ---------------------------------------------------------------------------------------

    def run(self) -> None:
        try:
            for _ in range(STEPS):
                events = self.next_events()
                if events:
                    self.random.choice(events)()
                    self.check()
            self.settle()
        finally:
            for message in self.messages:
                for worker in message.workers:
                    worker.end()

    def settle(self) -> None:
        """Run to the end: no further crashes, and deliveries until acknowledged."""
        self.deaths, self.may_cancel, self.deliveries = 0, False, DELIVERIES + STEPS
        while events := self.next_events():
            self.random.choice(events)()
            self.check()


@settings(max_examples=250)
@given(seed=st.integers(0, 2**32))
def test_no_schedule_charges_a_cancelled_order_or_any_order_twice(seed: int) -> None:
    world = World(seed)
    world.run()

    history = world.log.read(ORDER)
    charge = history.at(CHARGE)
    assert all(message.acknowledged for message in world.messages)
    if not world.cancelled:
        assert charge is not None
        expected = PaymentDeclined if world.token == DECLINED else PaymentCaptured
        assert isinstance(charge.data, expected)
        assert world.charged == (0 if world.token == DECLINED else world.total)
        return
    assert world.charged == 0
    assert history.states(PaymentVoided, PaymentDeclined, PaymentRefunded)
    assert history.states(PaymentRefunded) is bool(world.ever_captured)
    if history.states(PaymentCaptured):
        assert history.states(PaymentRefunded)
