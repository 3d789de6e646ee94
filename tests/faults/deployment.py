"""A deployment whose functions may die at any call: Lambda, its sources, customers, operators."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
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

KEPT = 7
"""Days of which figures are kept here; of the real 92, all others would be empty and cost time."""

TOO_MANY = 300
"""Steps to a rest, after which a world is held to be going round in circles."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A moment of a deployment."""

    now: float
    moto: moto_state.Saved
    ours: Any


class Deployment(World):
    """A stage of which every call is on the wire.

    A function that dies has not answered: its messages come again once they are visible, its
    records at once.
    """

    def __init__(self, templates: Templates, clock: Traveller) -> None:
        self.recorded = RecordedState(CLIENTS.plain, {SKU: STOCK, SOLD_OUT: 0})
        self.hook = CLIENTS.hook = RequestHook(self.recorded)
        self.clock = clock
        super().__init__(templates, MemoryObserver(), lambda _: CLIENTS)
        CLIENTS.plain("sesv2").create_email_identity(EmailIdentity=SENDER)
        self._close_the_past()
        self.shop = Shop(self)
        self.orders: dict[int, str] = {}
        self._redriven = count(1)
        sources = self._wiring.sources.items()
        self.queue = {name: source.arn.rpartition(":")[2] for name, source in sources}
        self.dead_queue = {name: source.dead_letters.rpartition("/")[2] for name, source in sources}

    # -- what functions do -------------------------------------------------------------------------

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        """Call a function as Lambda would; what it has handled is what it does not give back.

        Raises:
            Died: at one of its calls.
        """
        with self.hook.running(service, trigger(service, event)):
            answer = super().invoke(service, event)
        if "batchItemFailures" in (answer or {}) and service in CONSUMERS:
            failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
            for record in event["RecordedStream"]:
                if record["messageId"] not in failed:
                    self.recorded.acknowledged(service, codec.decode(record["body"]))
        return answer

    def restart(self) -> None:
        """Let no function remember anything: each is a new process."""
        handlers = {
            service: build(environ, observer=MemoryObserver(), clients=CLIENTS)
            for service, environ in self._wiring.environments.items()
        }
        self._wiring = replace(self._wiring, handlers=handlers)

    # -- what customers do -------------------------------------------------------------------------

    def place(self, number: int, *what: Any, **how: Any) -> bool:
        """Let a customer order, with the same key each time; tell whether the shop has said so."""
        key = customer_key(number)
        self.orders[number] = order_id(key)
        answers: list[int] = []
        attempt(lambda: responses.append(self.shop.ask(key, *what, **how).status))
        return answers == [200]

    def cancel(self, number: int) -> bool:
        """Let a customer cancel; tell whether the shop has answered that it is, or is too late."""
        placed = Placed(self.orders[number], customer_key(number))
        answers: list[int] = []
        attempt(lambda: responses.append(self.shop.cancel(placed).status))
        return answers in ([200], [409])

    # -- what happens by itself --------------------------------------------------------------------

    @property
    def behind(self) -> bool:
        """Tell whether the stream has records that the relay has not handled."""
        return int(next(iter(self._position.values()), 0)) < moto_state.last_record(self.log)

    def ready(self, consumer: str) -> bool:
        """Tell whether a consumer has a message that it would be given now."""
        return consumer not in self.paused and bool(moto_state.ready(self.queue[consumer]))

    def move(self) -> Callable[["Deployment"], object] | None:
        """Return what a source would do next, or nothing if there is nothing to do at this time."""
        if self.behind:
            return World.relay
        waiting = [name for name in CONSUMERS if self.ready(name)]
        return (lambda world: world.consume(waiting[0])) if waiting else None

    def advance(self, *, operated: bool = True) -> bool:
        """Let time pass until something is to be done; tell whether there is anything.

        First what is still under way comes through, then what is hidden is visible again, then
        operators empty the DLQs, if there are any.
        """
        if self.hook.in_flight:
            self.hook.in_flight.pop(0)()
            return True
        hidden = [moto_state.hidden_for(self.queue[name]) for name in CONSUMERS]
        waits = [
            wait
            for name, wait in zip(CONSUMERS, hidden, strict=True)
            if wait is not None and name not in self.paused
        ]
        if waits:
            self.clock.shift(min(waits) + 0.001)
            return True
        return operated and max(list(map(self.redrive, CONSUMERS)))

    def steps(self, *, operated: bool = True) -> Iterator[Callable[["Deployment"], object]]:
        """Yield what happens by itself, step by step, until everything is at rest.

        Raises:
            Violation: it goes round in circles.
        """
        for _ in range(TOO_MANY):
            move = self.move()
            if move is not None:
                yield move
            elif not self.advance(operated=operated):
                return
        raise Violation(every_world_comes_to_rest, "everything")

    def dead_letter(self, consumer: str) -> None:
        """Move a message to the DLQ, as if every worker had died on it."""
        moto_state.move(self.queue[consumer], self.dead_queue[consumer])

    def redrive(self, consumer: str) -> bool:
        """Send what is in a DLQ to its queue again; tell whether there was anything."""
        dead = moto_state.pop_all(self.dead_queue[consumer])
        for body in dead:
            self.resend(consumer, body)
        return bool(dead)

    def resend(self, consumer: str, body: str) -> None:
        """Put an event into a queue as an operator does: with a fresh deduplication id."""
        source = self._wiring.sources[consumer]
        event = codec.decode(body)
        fresh = f"again {next(self._redriven)}"
        fifo = {"MessageGroupId": event.subject, "MessageDeduplicationId": fresh}
        self._sqs.send_message(
            QueueUrl=source.url, MessageBody=body, **(fifo if source.fifo else {})
        )

    def replay(self, consumer: str, order: str) -> None:
        """Send what the log has of an order to a consumer that allows it."""
        for event in DynamoLog(CLIENTS.plain("dynamodb"), self.log).read(order):
            if consumer in self.recorded.subscribers.get(event.type, ()):
                self.resend(consumer, codec.encode(event).decode())

    def _close_the_past(self) -> None:
        """Let the days before the first order be summed up, as in a shop that has been open."""
        table = known_tables("dev")["analytics", FIGURES]
        rows = DynamoRows(CLIENTS.plain("dynamodb"), table)
        for row in list(self.recorded.rows[FIGURES].all())[:KEPT]:
            rows.put(row)

    # -- moments -----------------------------------------------------------------------------------

    def save(self) -> Saved:
        """Return this moment, to come back to."""
        ours = (self.recorded, self._position, self.paused, self.orders)
        memo = self._shared()
        return Saved(now=time.time(), moto=moto_state.save(memo), ours=deepcopy(ours, memo))

    def restore(self, saved: Saved) -> None:
        """Let all be as it was at a moment, with functions that have just started."""
        self.clock.move_to(saved.now)
        memo = self._shared(saved.ours[0])
        moto_state.restore(saved.moto, memo)
        self.recorded, self._position, self.paused, self.orders = deepcopy(saved.ours, memo)
        self.hook = CLIENTS.hook = RequestHook(self.recorded)
        self.restart()

    def _shared(self, recorded: RecordedState | None = None) -> dict[int, Any]:
        """Return what no copy has of its own: what never changes, and a lock that nobody holds."""
        recorded = recorded or self.recorded
        events = [event for order in recorded.log.orders() for event in recorded.log.read(order)]
        return {id(each): each for each in (recorded.tables.lock, *events)}


@contextmanager
def deployment(templates: Templates) -> Iterator[Deployment]:
    """Give a deployment whose clock moves only when it is told to, also while the SDK waits.

    The SDK's quota of retries, which all worlds of a process share, is never used up.
    """
    with time_machine.travel(NOW, tick=False) as clock, mock_aws():
        waits = SimpleNamespace(sleep=lambda _: clock.shift(1))
        with (
            patch("tests.system.world.client_factory", lambda: CLIENTS.plain),
            patch("botocore.endpoint.time", waits),
            patch("botocore.retries.quota.RetryQuota.acquire", lambda *_: True),
            patch("functions.runtime.aws.log._jitter", lambda _: 0),
            patch("functions.analytics.daily_sums.LONGEST", KEPT),
        ):
            yield Deployment(templates, clock)
