"""A deployment under moto whose functions may die at any call, with sources and customers."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import time_machine
from moto import mock_aws
from time_machine import Traveller

from events import codec
from functions import map as the_map
from functions.analytics.table import FIGURES
from functions.checkout.identity import order_id
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRows
from functions.runtime.main import build
from functions.runtime.memory.observer import MemoryObserver
from simulation.invariants.violation import Violation, every_world_comes_to_rest
from tests.faults import moto_state
from tests.faults.recorded_state import RecordedState
from tests.faults.request_hook import Clients, RequestHook
from tests.faults.runs import CONSUMERS, attempt, customer_key, trigger
from tests.support.builders import NOW
from tests.support.tables import known_tables
from tests.support.template import Templates
from tests.system.shop import SKU, SOLD_OUT, STOCK, Placed, Shop
from tests.system.world import World

REPLAYABLE = tuple(each.name for each in the_map.CONSUMERS if each.replayable)
SENDER = "shop@fanfare.example"
CLIENTS = Clients()

FIGURE_DAYS = 7
"""Days of figures that are kept here; all others of the real 92 would be empty, and take time."""

MOST_STEPS = 300
"""Steps to rest, after which a world counts as an endless loop."""


@dataclass(frozen=True, kw_only=True)
class SavedWorld:
    """A saved world."""

    now: float
    moto: moto_state.Saved
    own: Any


class Deployment(World):
    """A stage of which every request passes the hook.

    A function that dies does not respond: its messages come again after their visibility timeout,
    its records at once.
    """

    def __init__(self, templates: Templates, clock: Traveller) -> None:
        self.recorded = RecordedState(CLIENTS.plain, {SKU: STOCK, SOLD_OUT: 0})
        self.hook = CLIENTS.hook = RequestHook(self.recorded)
        self.clock = clock
        super().__init__(templates, MemoryObserver(), lambda _: CLIENTS)
        CLIENTS.plain("sesv2").create_email_identity(EmailIdentity=SENDER)
        self._close_days()
        self.shop = Shop(self)
        self.orders: dict[int, str] = {}
        self._redriven = count(1)
        sources = self._wiring.sources.items()
        self.queue = {name: source.arn.rpartition(":")[2] for name, source in sources}
        self.dead_queue = {name: source.dead_letters.rpartition("/")[2] for name, source in sources}

    # -- functions ---------------------------------------------------------------------------------

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        """Call a function like Lambda; messages that it does not return as failed are handled.

        Raises:
            Died: at one of its calls.
        """
        with self.hook.running(service, trigger(service, event)):
            answer = super().invoke(service, event)
        if "batchItemFailures" in (answer or {}) and service in CONSUMERS:
            failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
            for record in event["Records"]:
                if record["messageId"] not in failed:
                    self.recorded.acknowledged(service, codec.decode(record["body"]))
        return answer

    def restart(self) -> None:
        """Restart all functions, with empty caches."""
        handlers = {
            service: build(environ, observer=MemoryObserver(), clients=CLIENTS)
            for service, environ in self._wiring.environments.items()
        }
        self._wiring = replace(self._wiring, handlers=handlers)

    # -- customers ---------------------------------------------------------------------------------

    def place(self, number: int, *args: Any, **options: Any) -> bool:
        """Place a customer's order, with the same key each time; return whether it was accepted."""
        key = customer_key(number)
        self.orders[number] = order_id(key)
        answers: list[int] = []
        attempt(lambda: answers.append(self.shop.request_order(key, *args, **options).status))
        return answers == [200]

    def cancel(self, number: int) -> bool:
        """Cancel an order; return whether the shop answered that it is cancelled, or too late."""
        placed = Placed(self.orders[number], customer_key(number))
        answers: list[int] = []
        attempt(lambda: answers.append(self.shop.cancel(placed).status))
        return answers in ([200], [409])

    # -- steps -------------------------------------------------------------------------------------

    @property
    def behind(self) -> bool:
        """Return whether the stream has records that the relay has not handled."""
        return int(next(iter(self._position.values()), 0)) < moto_state.last_record(self.log)

    def ready(self, consumer: str) -> bool:
        """Return whether a consumer would receive a message now."""
        return consumer not in self.paused and bool(moto_state.ready(self.queue[consumer]))

    def advance(self, *, operated: bool = True) -> bool:
        """Advance time to the next step; return whether there is one.

        First requests in flight take effect, then hidden messages become visible, then operators
        redrive the DLQs, if `operated`.
        """
        if self.hook.in_flight:
            self.hook.in_flight.pop(0)()
            return True
        waits = [
            wait
            for name in CONSUMERS
            if name not in self.paused
            and (wait := moto_state.hidden_for(self.queue[name])) is not None
        ]
        if waits:
            self.clock.shift(min(waits) + 0.001)
            return True
        return operated and sum(map(self.redrive, CONSUMERS)) > 0

    def steps(self, *, operated: bool = True) -> Iterator[Callable[["Deployment"], object]]:
        """Yield each step that needs no act, until the world is at rest.

        Raises:
            Violation: it does not come to rest.
        """
        for _ in range(MOST_STEPS):
            if self.behind:
                yield World.relay
            elif ready := next(filter(self.ready, CONSUMERS), None):
                yield partial(World.consume, consumer=ready)
            elif not self.advance(operated=operated):
                return
        raise Violation(every_world_comes_to_rest, "everything")

    def check_at_rest(self) -> None:
        """Check the invariants of a world at rest, and raise the first violation, if any."""
        self.recorded.check_at_rest(list(self.orders.values()))
        self.recorded.raise_violation()

    def dead_letter(self, consumer: str) -> None:
        """Move a message to the DLQ, as if every worker had died on it."""
        moto_state.move(self.queue[consumer], self.dead_queue[consumer])

    def redrive(self, consumer: str) -> bool:
        """Send a DLQ's messages to its queue; return whether there was any."""
        dead = moto_state.pop_all(self.dead_queue[consumer])
        for body in dead:
            self.resend(consumer, body)
        return bool(dead)

    def resend(self, consumer: str, body: str) -> None:
        """Put an event into a queue with a fresh deduplication id, as an operator does."""
        source = self._wiring.sources[consumer]
        event = codec.decode(body)
        fresh = f"again {next(self._redriven)}"
        fifo = {"MessageGroupId": event.subject, "MessageDeduplicationId": fresh}
        self._sqs.send_message(
            QueueUrl=source.url, MessageBody=body, **(fifo if source.fifo else {})
        )

    def replay(self, consumer: str, order: str) -> None:
        """Send an order's events from the log to a consumer."""
        for event in DynamoLog(CLIENTS.plain("dynamodb"), self.log).read(order):
            if consumer in self.recorded.subscribers.get(event.type, ()):
                self.resend(consumer, codec.encode(event).decode())

    def _close_days(self) -> None:
        """Write the closed days before the first order, as in a shop that is not new."""
        table = known_tables("dev")["analytics", FIGURES]
        rows = DynamoRows(CLIENTS.plain("dynamodb"), table)
        for row in list(self.recorded.rows[FIGURES].all())[:FIGURE_DAYS]:
            rows.put(row)

    # -- saved worlds ------------------------------------------------------------------------------

    def save(self) -> SavedWorld:
        """Return the world's state, to be restored."""
        own = (self.recorded, self._position, self.paused, self.orders)
        memo = self._shared()
        return SavedWorld(now=time.time(), moto=moto_state.save(memo), own=deepcopy(own, memo))

    def restore(self, saved: SavedWorld) -> None:
        """Restore a saved world, with restarted functions."""
        self.clock.move_to(saved.now)
        memo = self._shared(saved.own[0])
        moto_state.restore(saved.moto, memo)
        self.recorded, self._position, self.paused, self.orders = deepcopy(saved.own, memo)
        self.hook = CLIENTS.hook = RequestHook(self.recorded)
        self.restart()

    def _shared(self, recorded: RecordedState | None = None) -> dict[int, Any]:
        """Return the objects that copies share: events, which never change, and a free lock."""
        recorded = recorded or self.recorded
        events = [event for order in recorded.log.orders() for event in recorded.log.read(order)]
        return {id(each): each for each in (recorded.tables.lock, *events)}


@contextmanager
def deployment(templates: Templates) -> Iterator[Deployment]:
    """Yield a deployment whose clock stands still unless shifted, even while the SDK waits.

    The SDK's retry quota, which all worlds of a process share, is never used up.
    """
    with time_machine.travel(NOW, tick=False) as clock, mock_aws():
        waits = SimpleNamespace(sleep=lambda _: clock.shift(1))
        with (
            patch("tests.system.world.client_factory", lambda: CLIENTS.plain),
            patch("botocore.endpoint.time", waits),
            patch("botocore.retries.quota.RetryQuota.acquire", lambda *_: True),
            patch("functions.runtime.aws.log._jitter", lambda _: 0),
            patch("functions.analytics.daily_sums.LONGEST", FIGURE_DAYS),
        ):
            yield Deployment(templates, clock)
