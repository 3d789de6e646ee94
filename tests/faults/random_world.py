"""A random world under moto: a few orders, and the faults of one seed.

Workers are greenlets that stop before every request, so two of them, on one message or on two of
one order, interleave at every call of AWS.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from events.contracts.ordering import OUTCOME
from events.order import fold
from simulation.actors.customers import TOKENS
from simulation.draws import Draws
from tests.faults.deployment import CONSUMERS, REPLAYABLE, Deployment
from tests.faults.injection import DESCRIPTIONS, Fault, applicable
from tests.faults.request_hook import Call
from tests.faults.workers import Workers
from tests.system.shop import SKU, SOLD_OUT

CHANCES = (0.0, 0.03, 0.06, 0.12, 0.25)
"""The share of calls that meet a fault; each world has one of these."""

GOODS = (*(SKU,) * 8, SOLD_OUT)
CANCELS = 0.4
STEPS = 150
"""Steps that are drawn; after them no fault is injected any more."""

AT_ONCE = 2
"""Concurrent workers of a consumer."""

ROUNDS = 5
"""How often, at the end, the chores look for stalled orders and operators redrive the DLQs."""

CHORES = ("analytics", "orders")
SHORT, LONG = 30, 3600

type Choices = Iterator[tuple[int, Callable[[], object]]]
"""What can be next, each with its weight."""


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """A fault that was injected: the step, the call or other target, and the fault."""

    step: int
    target: Call | str
    fault: Fault

    def __str__(self) -> str:
        """Return it in plain words."""
        return f"step {self.step}, {self.target}: {DESCRIPTIONS[self.fault]}"


class RandomWorld:
    """The random steps of one world."""

    def __init__(self, world: Deployment, seed: int) -> None:
        self.world = world
        self.injected: list[InjectedFault] = []
        self.steps = 0
        self._draws = Draws(seed)
        self._drawn = 0
        self._fault_free = False
        self._workers = Workers()
        self._chance = self._draws.pick("chance", CHANCES)
        self._orders = range(self._draws.between("orders", 2, 3))
        self._placed: set[int] = set()
        self._cancels = {n for n in self._orders if self._draws.happens(f"cancel {n}", CANCELS)}
        world.hook.before_request = self._workers.pause
        world.hook.choose_fault = self._choose_fault

    def run(self) -> None:
        """Run the world until it is at rest for good.

        Raises:
            Violation: an invariant does not hold.
        """
        for self.steps in range(1, STEPS + 1):
            self._step()
        self._end()
        self.world.check_at_rest()

    # -- choices of a step -------------------------------------------------------------------------

    def _step(self) -> None:
        choices = [
            *self._work_choices(),
            *self._customer_choices(),
            *self._fault_choices(),
            *self._time_choices(),
        ]
        number = self._number(1, sum(weight for weight, _ in choices))
        for weight, choice in choices:
            number -= weight
            if number <= 0:
                choice()
                break

    def _number(self, least: int, most: int) -> int:
        """Return the next number: draws without a key of their own depend on their order."""
        self._drawn += 1
        return self._draws.between(f"{self._drawn}", least, most)

    def _one[T](self, among: Sequence[T]) -> T:
        return among[self._number(0, len(among) - 1)]

    def _work_choices(self) -> Choices:
        for worker in self._workers.alive:
            yield 60, partial(self._workers.resume, worker)
        busy = Counter(self._workers.alive.values())
        if self.world.behind and not busy["relay"]:
            yield 30, partial(self._workers.start, "relay", self.world.relay)
        for name in CONSUMERS:
            if busy[name] < AT_ONCE and self.world.ready(name):
                yield 30, partial(self._workers.start, name, partial(self.world.consume, name))

    def _customer_choices(self) -> Choices:
        if "checkout" in self._workers.alive.values():
            return
        unplaced = [n for n in self._orders if n not in self._placed]
        for number in unplaced[:1]:
            yield 20, partial(self._workers.start, "checkout", partial(self._place, number))
        for number in sorted(self._cancels & self._placed):
            yield 20, partial(self._workers.start, "checkout", partial(self._cancel, number))

    def _fault_choices(self) -> Choices:
        yield 3, self._pause
        yield 2, self.world.paused.clear
        yield 2, self._replay
        if self.world.hook.in_flight:
            yield 15, self._complete_late
        for name in CONSUMERS:
            waiting = self.world.queue(name)._messages
            if waiting:
                yield 1, partial(self._act, self.world.dead_letter, name, "buried")
            if waiting and name != "email":
                yield 2, partial(self._deliver_twice, name)
                yield 1, partial(self._act, self._duplicate, name, "doubled")
            if self.world.queue(name, dead=True)._messages:
                yield 3, partial(self._act, self.world.redrive, name, "redriven")

    def _time_choices(self) -> Choices:
        """Time passes only while no worker is alive: Lambda ends a worker before its message
        returns."""
        if self._workers.alive:
            return
        yield 4, self._wait
        yield 8, partial(self.world.advance, operated=False)
        for name in CHORES:
            yield 2, partial(self._workers.start, f"{name} tick", partial(self.world.tick, name))

    # -- functions and customers -------------------------------------------------------------------

    def _choose_fault(self, call: Call) -> Fault | None:
        if self._fault_free or self._number(1, 1000) > self._chance * 1000:
            return None
        fault = self._one(applicable(call.operation))
        self._record(call, fault)
        return fault

    def _place(self, number: int) -> None:
        sku = self._draws.pick(f"sku {number}", GOODS)
        token = self._draws.pick(f"token {number}", TOKENS)
        if self.world.place(number, sku, 1, token):
            self._placed.add(number)

    def _cancel(self, number: int) -> None:
        self._record(self.world.orders[number].id, "cancelled")
        if self.world.cancel(number):
            self._cancels.discard(number)

    # -- messages and consumers --------------------------------------------------------------------

    def _act(self, act: Callable[[str], object], name: str, fault: Fault) -> None:
        self._record(name, fault)
        act(name)

    def _pause(self) -> None:
        self._act(self.world.paused.add, self._one(CONSUMERS), "paused")

    def _replay(self) -> None:
        name = self._one(REPLAYABLE)
        for order in self.world.recorded.log.orders():
            self._record(f"{name} with {order}", "replayed")
            self.world.replay(name, order)

    def _deliver_twice(self, name: str) -> None:
        for message in self.world.hidden(name)[:1]:
            message.visible_at = 0
            self._record(name, "twice")

    def _duplicate(self, name: str) -> None:
        self.world.resend(name, self._one(self.world.queue(name)._messages).body)

    def _complete_late(self) -> None:
        in_flight = self.world.hook.in_flight
        in_flight.pop(self._number(0, len(in_flight) - 1))()

    def _wait(self) -> None:
        """Let time pass; no request is in flight for longer than minutes."""
        while self.world.hook.in_flight:
            self._complete_late()
        self.world.clock.shift(self._number(1, self._one((SHORT, LONG, 25 * LONG))))

    # -- the end -----------------------------------------------------------------------------------

    def _end(self) -> None:
        self._fault_free = True
        while self._workers.alive:
            self._workers.resume(next(iter(self._workers.alive)))
        self.world.paused.clear()
        for number in self._orders:
            while number not in self._placed:
                self._place(number)
        for _ in range(ROUNDS):
            self._rest()
            for name in CONSUMERS:
                self.world.redrive(name)
            self._rest()
            if not self._is_moving():
                break
            self.world.clock.shift(12 * LONG + 360)
            self.world.tick("orders")
        self.world.clock.shift(96 * LONG)
        self.world.tick("analytics")

    def _rest(self) -> None:
        for step in self.world.steps(operated=False):
            step(self.world)

    def _is_moving(self) -> bool:
        histories = [self.world.recorded.log.read(order.id) for order in self.world.orders.values()]
        return any(fold(each).moving or each.at(OUTCOME) is None for each in histories)

    def _record(self, target: Call | str, fault: Fault) -> None:
        self.injected.append(InjectedFault(step=self.steps, target=target, fault=fault))
