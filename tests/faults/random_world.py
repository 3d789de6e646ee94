"""A world by chance: a few orders, and all the bad luck that a seed gives them on the wire.

Workers are greenlets that stop before every request, so two of them, on one message or on two of
one order, interleave at every call of AWS.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

from events.contracts.ordering import OUTCOME
from events.order import fold
from functions.payment.sandbox import DECLINED, OUTAGE, SUCCESS, TIMEOUT
from tests.faults import moto_state
from tests.faults.deployment import REPLAYABLE, Deployment
from tests.faults.draws import SequentialDraws
from tests.faults.injection import Fault, applicable
from tests.faults.runs import CONSUMERS, raise_violation
from tests.faults.request_hook import Call, InjectedFault
from tests.faults.workers import Workers
from tests.system.shop import SKU, SOLD_OUT

CHANCES = (0.0, 0.03, 0.06, 0.12, 0.25)
"""The share of calls that meet a fault: a world's is one of these."""

TOKENS = (*(SUCCESS,) * 14, *(TIMEOUT,) * 3, *(DECLINED,) * 2, OUTAGE)
GOODS = (*(SKU,) * 8, SOLD_OUT)
CANCELS = 0.4
STEPS = 150
"""Steps in which chance decides; after them nothing fails any more."""

AT_ONCE = 2
"""Workers of a consumer at the same time."""

ROUNDS = 5
"""How often, at the end, the watch looks for stalled orders and operators empty the DLQs."""

CHORES = ("analytics", "orders")
SHORT, LONG = 30, 3600

type Choice = tuple[int, Callable[[], object]]


class RandomWorld:
    """What happens to one world."""

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
        world.hook.before_request = self._workers.turn
        world.hook.choose_fault = self._choose_fault

    def run(self) -> None:
        """Let it all happen, until all is quiet for good.

        Raises:
            Violation: an invariant does not hold.
        """
        for _ in range(STEPS):
            self._step()
        self._end()
        self.world.recorded.check_at_rest(list(self.world.orders.values()))
        raise_violation(self.world.recorded)

    # -- what may happen next ----------------------------------------------------------------------

    def _step(self) -> None:
        self.steps += 1
        choices = [*self._work(), *self._customers(), *self._faults(), *self._time_passes()]
        luck = self._draws.number(1, sum(weight for weight, _ in choices))
        for weight, choice in choices:
            luck -= weight
            if luck <= 0:
                choice()
                break
        raise_violation(self.world.recorded)

    def _work(self) -> list[Choice]:
        choices: list[Choice] = [
            (60, partial(self._workers.go_on, worker)) for worker in self._workers.alive
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

    def _customers(self) -> list[Choice]:
        unplaced = [n for n in self._orders if n not in self._placed]
        placing = [partial(self._place, n) for n in unplaced[:1]]
        leaving = [partial(self._cancel, n) for n in sorted(self._cancels & self._placed)]
        return [
            (20, partial(self._workers.start, "checkout", work))
            for work in (*placing, *leaving)
            if "checkout" not in self._workers.alive.values()
        ]

    def _faults(self) -> list[Choice]:
        world = self.world
        choices: list[Choice] = [(3, self._pause), (2, self._resume), (2, self._replay)]
        if world.hook.in_flight:
            choices.append((15, self._complete_late))
        for name in CONSUMERS:
            waiting = moto_state.messages(world.queue[name])
            if waiting:
                choices.append((1, partial(self._dead_letter, name)))
            if waiting and name != "email":
                choices += [(2, partial(self._deliver_twice, name)), (1, partial(self._duplicate, name))]
            if moto_state.messages(world.dead_queue[name]):
                choices.append((3, partial(self._redrive, name)))
        return choices

    def _time_passes(self) -> list[Choice]:
        """Time passes only while nobody works: Lambda ends a worker before its message is back."""
        if self._workers.alive:
            return []
        ticks: list[Choice] = [
            (2, partial(self._workers.start, f"{name} tick", partial(self.world.tick, name)))
            for name in CHORES
        ]
        return [(4, self._wait), (8, self._wait_for_hidden), *ticks]

    # -- what people do ----------------------------------------------------------------------------

    def _choose_fault(self, call: Call) -> Fault | None:
        if self._fault_free or self._draws.number(1, 1000) > self._chance * 1000:
            return None
        faults = applicable(call.operation)
        fault = faults[self._draws.number(0, len(faults) - 1)]
        self._record(call, fault)
        return fault

    def _place(self, number: int) -> None:
        sku, token = (
            self._draws.pick(f"sku {number}", GOODS),
            self._draws.pick(f"token {number}", TOKENS),
        )
        if self.world.place(number, sku, 1, token):
            self._placed.add(number)

    def _cancel(self, number: int) -> None:
        self._record(self.world.orders[number], "cancelled")
        if self.world.cancel(number):
            self._cancels.discard(number)

    # -- what inject messages and consumers -------------------------------------------------------

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
        self.world.resend(name, waiting[self._draws.number(0, len(waiting) - 1)].body)

    def _redrive(self, name: str) -> None:
        self._record(name, "redriven")
        self.world.redrive(name)

    def _complete_late(self) -> None:
        late = self.world.hook.in_flight
        late.pop(self._draws.number(0, len(late) - 1))()

    def _wait(self) -> None:
        self._flush()
        self.world.clock.shift(self._draws.number(1, self._draws.one((SHORT, LONG, 25 * LONG))))

    def _wait_for_hidden(self) -> None:
        self.world.advance(operated=False)

    def _flush(self) -> None:
        """Let all come through that is under way: no request is for longer than minutes."""
        while self.world.hook.in_flight:
            self._complete_late()
            raise_violation(self.world.recorded)

    # -- the end -----------------------------------------------------------------------------------

    def _end(self) -> None:
        self._fault_free = True
        while self._workers.alive:
            self._workers.go_on(next(iter(self._workers.alive)))
        self._resume()
        for number in self._orders:
            while number not in self._placed:
                self._place(number)
        for _ in range(ROUNDS):
            self._rest()
            for name in CONSUMERS:
                self.world.redrive(name)
            self._rest()
            if not self._moving():
                break
            self.world.clock.shift(12 * LONG + 360)
            self.world.tick("orders")
        self.world.clock.shift(96 * LONG)
        self.world.tick("analytics")
        raise_violation(self.world.recorded)

    def _rest(self) -> None:
        for step in self.world.steps(operated=False):
            step(self.world)
            raise_violation(self.world.recorded)

    def _moving(self) -> bool:
        histories = [self.world.recorded.log.read(order) for order in self.world.orders.values()]
        return any(fold(each).moving or each.at(OUTCOME) is None for each in histories)

    # -- luck --------------------------------------------------------------------------------------

    def _record(self, who: Call | str, fault: Fault) -> None:
        self.injected.append(InjectedFault(step=self.steps, call=who, fault=fault))
