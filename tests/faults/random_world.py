"""A random world under moto: a few orders, and the faults of one seed.

Workers are greenlets that stop before every request, so two of them, on one message or on two of
one order, interleave at every call of AWS.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

from events.contracts.ordering import OUTCOME
from events.order import fold
from simulation.actors.customers import TOKENS
from tests.faults import moto_state
from tests.faults.deployment import REPLAYABLE, Deployment
from tests.faults.draws import SequentialDraws
from tests.faults.injection import Fault, applicable
from tests.faults.request_hook import Call, InjectedFault
from tests.faults.runs import CONSUMERS
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

type Choice = tuple[int, Callable[[], object]]


class RandomWorld:
    """The random steps of one world."""

    def __init__(self, world: Deployment, seed: int) -> None:
        self.world = world
        self.injected: list[InjectedFault] = []
        self.steps = 0
        self._draws = SequentialDraws(seed)
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
        for _ in range(STEPS):
            self._step()
        self._end()
        self.world.check_at_rest()

    # -- choices of a step -------------------------------------------------------------------------

    def _step(self) -> None:
        self.steps += 1
        choices = [
            *self._work_choices(),
            *self._customer_choices(),
            *self._fault_choices(),
            *self._time_choices(),
        ]
        number = self._draws.number(1, sum(weight for weight, _ in choices))
        for weight, choice in choices:
            number -= weight
            if number <= 0:
                choice()
                break
        self.world.recorded.raise_violation()

    def _work_choices(self) -> list[Choice]:
        choices: list[Choice] = [
            (60, partial(self._workers.resume, worker)) for worker in self._workers.alive
        ]
        busy = Counter(self._workers.alive.values())
        if self.world.behind and not busy["relay"]:
            choices.append((30, partial(self._workers.start, "relay", self.world.relay)))
        choices += [
            (30, partial(self._workers.start, name, partial(self.world.consume, name)))
            for name in CONSUMERS
            if busy[name] < AT_ONCE and self.world.ready(name)
        ]
        return choices

    def _customer_choices(self) -> list[Choice]:
        unplaced = [n for n in self._orders if n not in self._placed]
        placing = [partial(self._place, n) for n in unplaced[:1]]
        cancelling = [partial(self._cancel, n) for n in sorted(self._cancels & self._placed)]
        return [
            (20, partial(self._workers.start, "checkout", work))
            for work in (*placing, *cancelling)
            if "checkout" not in self._workers.alive.values()
        ]

    def _fault_choices(self) -> list[Choice]:
        world = self.world
        choices: list[Choice] = [(3, self._pause), (2, self._resume), (2, self._replay)]
        if world.hook.in_flight:
            choices.append((15, self._complete_late))
        for name in CONSUMERS:
            waiting = moto_state.messages(world.queue[name])
            if waiting:
                choices.append((1, partial(self._dead_letter, name)))
            if waiting and name != "email":
                choices += [
                    (2, partial(self._deliver_twice, name)),
                    (1, partial(self._duplicate, name)),
                ]
            if moto_state.messages(world.dead_queue[name]):
                choices.append((3, partial(self._redrive, name)))
        return choices

    def _time_choices(self) -> list[Choice]:
        """Time passes only while no worker is alive: Lambda ends a worker before its message
        returns."""
        if self._workers.alive:
            return []
        ticks: list[Choice] = [
            (2, partial(self._workers.start, f"{name} tick", partial(self.world.tick, name)))
            for name in CHORES
        ]
        return [(4, self._wait), (8, self._wait_for_visibility), *ticks]

    # -- functions and customers -------------------------------------------------------------------

    def _choose_fault(self, call: Call) -> Fault | None:
        if self._fault_free or self._draws.number(1, 1000) > self._chance * 1000:
            return None
        fault = self._draws.one(applicable(call.operation))
        self._record(call, fault)
        return fault

    def _place(self, number: int) -> None:
        sku = self._draws.pick(f"sku {number}", GOODS)
        token = self._draws.pick(f"token {number}", TOKENS)
        if self.world.place(number, sku, 1, token):
            self._placed.add(number)

    def _cancel(self, number: int) -> None:
        self._record(self.world.orders[number], "cancelled")
        if self.world.cancel(number):
            self._cancels.discard(number)

    # -- messages and consumers --------------------------------------------------------------------

    def _pause(self) -> None:
        name = self._draws.one(CONSUMERS)
        self._record(name, "paused")
        self.world.paused |= {name}

    def _resume(self) -> None:
        self.world.paused = set()

    def _replay(self) -> None:
        name = self._draws.one(REPLAYABLE)
        for order in self.world.recorded.log.orders():
            self._record(f"{name} with {order}", "replayed")
            self.world.replay(name, order)

    def _dead_letter(self, name: str) -> None:
        self._record(name, "buried")
        self.world.dead_letter(name)

    def _deliver_twice(self, name: str) -> None:
        if moto_state.show_hidden(self.world.queue[name]):
            self._record(name, "twice")

    def _duplicate(self, name: str) -> None:
        self._record(name, "doubled")
        waiting = moto_state.messages(self.world.queue[name])
        self.world.resend(name, self._draws.one(waiting).body)

    def _redrive(self, name: str) -> None:
        self._record(name, "redriven")
        self.world.redrive(name)

    def _complete_late(self) -> None:
        in_flight = self.world.hook.in_flight
        in_flight.pop(self._draws.number(0, len(in_flight) - 1))()

    def _wait(self) -> None:
        self._flush()
        self.world.clock.shift(self._draws.number(1, self._draws.one((SHORT, LONG, 25 * LONG))))

    def _wait_for_visibility(self) -> None:
        self.world.advance(operated=False)

    def _flush(self) -> None:
        """Complete all requests in flight: none takes longer than minutes."""
        while self.world.hook.in_flight:
            self._complete_late()
            self.world.recorded.raise_violation()

    # -- the end -----------------------------------------------------------------------------------

    def _end(self) -> None:
        self._fault_free = True
        while self._workers.alive:
            self._workers.resume(next(iter(self._workers.alive)))
        self._resume()
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
        self.world.recorded.raise_violation()

    def _rest(self) -> None:
        for step in self.world.steps(operated=False):
            step(self.world)
            self.world.recorded.raise_violation()

    def _is_moving(self) -> bool:
        histories = [self.world.recorded.log.read(order) for order in self.world.orders.values()]
        return any(fold(each).moving or each.at(OUTCOME) is None for each in histories)

    def _record(self, target: Call | str, fault: Fault) -> None:
        self.injected.append(InjectedFault(step=self.steps, target=target, fault=fault))
