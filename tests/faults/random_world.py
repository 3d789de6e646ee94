"""A random world under moto: a few orders, and the faults of one seed.

Workers are greenlets that stop before every request, so two of them, on one message or on two of
one order, interleave at every call of AWS.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from greenlet import getcurrent, greenlet

from events.contracts.ordering import OUTCOME
from events.order import fold
from functions import map as the_map
from simulation.actors.customers import TOKENS
from simulation.draws import Draws
from tests.faults.deployment import CONSUMERS, REPLAYABLE, Deployment
from tests.faults.injection import Fault, InjectedFault, applicable
from tests.faults.request_hook import Call, attempt
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
"""Rounds at the end, in which operators redrive the DLQs and a chore finds stalled orders."""

CHORES = tuple(sorted(each.name for each in the_map.CONSUMERS if each.chore))
HOUR = 3600

type Choices = Iterator[tuple[int, Callable[[], object]]]
"""Possible next steps, each with its weight."""


class RandomWorld:
    """The random steps of one world."""

    def __init__(self, world: Deployment, seed: int) -> None:
        self.world = world
        self.injected: list[InjectedFault] = []
        self.steps = 0
        self._draws = Draws(seed)
        self._drawn = 0
        self._workers: dict[greenlet, str] = {}
        self._hub = getcurrent()
        self._chance = self._draws.pick("chance", CHANCES)
        self._orders = range(self._draws.between("orders", 2, 3))
        self._placed: set[int] = set()
        self._cancels = {n for n in self._orders if self._draws.happens(f"cancel {n}", CANCELS)}
        world.hook.before_request = self._stop
        world.hook.choose_fault = self._choose_fault

    def run(self) -> None:
        """Run the world until it is at rest for good."""
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
        self._one([choice for weight, choice in choices for _ in range(weight)])()

    def _number(self, least: int, most: int) -> int:
        """Return the next number: draws without a key of their own depend on their order."""
        self._drawn += 1
        return self._draws.between(f"{self._drawn}", least, most)

    def _one[T](self, among: Sequence[T]) -> T:
        return among[self._number(0, len(among) - 1)]

    def _work_choices(self) -> Choices:
        for worker in self._workers:
            yield 60, partial(self._resume, worker)
        busy = Counter(self._workers.values())
        if self.world.behind and not busy["relay"]:
            yield 30, partial(self._start, "relay", self.world.relay)
        for name in CONSUMERS:
            if busy[name] < AT_ONCE and self.world.ready(name):
                yield 30, partial(self._start, name, partial(self.world.consume, name))

    def _customer_choices(self) -> Choices:
        if "checkout" in self._workers.values():
            return
        unplaced = [n for n in self._orders if n not in self._placed]
        for number in unplaced[:1]:
            yield 20, partial(self._start, "checkout", partial(self._place, number))
        for number in sorted(self._cancels & self._placed):
            yield 20, partial(self._start, "checkout", partial(self._cancel, number))

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
        if self._workers:
            return
        yield 4, self._wait
        yield 8, partial(self.world.advance, operated=False)
        for name in CHORES:
            yield 2, partial(self._start, f"{name} tick", partial(self.world.tick, name))

    def _start(self, name: str, work: Callable[[], object]) -> None:
        """Start a worker, and run it up to its first request."""
        worker = greenlet(partial(attempt, work))
        self._workers[worker] = name
        self._resume(worker)

    def _resume(self, worker: greenlet) -> None:
        """Let a worker make its request, and run it to the next one or to its end."""
        worker.switch()
        if worker.dead:
            del self._workers[worker]

    def _stop(self) -> None:
        """Let others run before a worker's request."""
        if getcurrent() in self._workers:
            self._hub.switch()

    # -- what happens ------------------------------------------------------------------------------

    def _choose_fault(self, call: Call) -> Fault | None:
        if self._number(1, 1000) > self._chance * 1000:
            return None
        fault = self._one(applicable(call.operation))
        self._record(str(call), fault, call.operation)
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
        self.world.clock.shift(self._number(1, self._one((30, HOUR, 25 * HOUR))))

    # -- the end -----------------------------------------------------------------------------------

    def _end(self) -> None:
        self.world.hook.choose_fault = lambda _: None
        while self._workers:
            self._resume(next(iter(self._workers)))
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
            self.world.clock.shift(12 * HOUR + 360)
            self.world.tick("orders")
        self.world.clock.shift(96 * HOUR)
        self.world.tick("analytics")

    def _rest(self) -> None:
        for step in self.world.steps(operated=False):
            step(self.world)

    def _is_moving(self) -> bool:
        histories = [self.world.recorded.log.read(order.id) for order in self.world.orders.values()]
        return any(fold(each).moving or each.at(OUTCOME) is None for each in histories)

    def _record(self, target: str, fault: Fault, operation: str = "") -> None:
        self.injected.append(InjectedFault(self.steps, target, fault, operation))
