"""A deployment under moto whose functions may die at any call, with sources and customers."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

import time_machine
from moto import mock_aws
from moto.core.utils import unix_time_millis
from moto.sqs.models import sqs_backends
from time_machine import Traveller

from events import codec
from functions import map as the_map
from functions.analytics.table import FIGURES
from functions.checkout.identity import order_id
from functions.runtime.aws.tables import DynamoRows
from functions.runtime.memory.lambda_events import failures
from functions.runtime.memory.observer import MemoryObserver
from simulation.invariants.violation import Violation, every_world_comes_to_rest
from testkit.builders import NOW
from tests.faults.recorded_state import RecordedState
from tests.faults.request_hook import Clients, RequestHook, attempt
from tests.support.moto_state import backends, copied, replace_backends
from tests.support.tables import known_tables
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system.shop import SENDER, SKU, SOLD_OUT, STOCK, Placed, Shop
from tests.system.world import World

CONSUMERS = tuple(sorted(consumer.name for consumer in the_map.CONSUMERS))
REPLAYABLE = tuple(each.name for each in the_map.CONSUMERS if each.replayable)
ROWS = {id(each): each for each in the_map.CONSUMERS}
"""The rows by identity: copies of a world share them."""

TICK = "a tick"
CLIENTS = Clients()
FIGURE_DAYS = 7
"""Days of figures that are kept here; all others of the real 92 would be empty, and take time."""

MOST_STEPS = 300
"""Steps to rest, after which a world counts as an endless loop."""


class Deployment(World):
    """A stage of which every request passes the hook.

    A function that dies does not respond: its messages come again after their visibility timeout,
    its records at once.
    """

    def __init__(self, templates: Templates, clock: Traveller) -> None:
        self.recorded = RecordedState(CLIENTS.plain, {SKU: STOCK, SOLD_OUT: 0})
        self.hook = CLIENTS.hook = RequestHook(self.recorded)
        self.clock = clock
        super().__init__(templates, MemoryObserver(), lambda _: CLIENTS.hooked)
        CLIENTS.plain("sesv2").create_email_identity(EmailIdentity=SENDER)
        figures = DynamoRows(self._dynamodb, known_tables("dev")["analytics", FIGURES])
        for row in self.recorded.closed_days[:FIGURE_DAYS]:
            figures.put(row)
        self.shop = Shop(self)
        self.orders: dict[int, Placed] = {}

    # -- functions ---------------------------------------------------------------------------------

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        """Call a function like Lambda; messages that it does not return as failed are handled."""
        with self.hook.running(service, _trigger(service, event)):
            answer = super().invoke(service, event)
        if "Records" in event and service in CONSUMERS:
            failed = failures(answer)
            for record in event["Records"]:
                if record["messageId"] not in failed:
                    self.recorded.acknowledged(service, codec.decode(record["body"]))
        return answer

    # -- customers ---------------------------------------------------------------------------------

    def place(self, number: int, *args: Any, **options: Any) -> bool:
        """Place a customer's order, with the same key each time; return whether it was accepted."""
        key = str(UUID(int=number + 1))
        self.orders[number] = Placed(order_id(key), key)
        answer = attempt(lambda: self.shop.request_order(key, *args, **options))
        return answer is not None and answer.status == 200

    def cancel(self, number: int) -> bool:
        """Cancel an order; return whether the shop answered that it is cancelled, or too late."""
        answer = attempt(lambda: self.shop.cancel(*self.orders[number]))
        return answer is not None and answer.status in (200, 409)

    # -- queues ------------------------------------------------------------------------------------

    def queue(self, consumer: str, *, dead: bool = False) -> Any:
        """Return moto's queue of a consumer, or its DLQ."""
        source = self.sources[consumer]
        name = (source.dead_letters if dead else source.url).rpartition("/")[2]
        return sqs_backends[ACCOUNT][REGION].queues[name]

    def ready(self, consumer: str) -> bool:
        """Return whether a consumer would receive a message now: none of a group in flight."""
        queue = self.queue(consumer)
        hidden = {each.group_id for each in queue._messages if not each.visible}
        return consumer not in self.paused and any(
            each.visible and not (queue.fifo_queue and each.group_id in hidden)
            for each in queue._messages
        )

    def wait_for_visibility(self, *consumers: str) -> bool:
        """Advance time until a hidden message is visible again; return whether there is one."""
        hidden = [message.visible_at for name in consumers for message in self.hidden(name)]
        if hidden:
            self.clock.shift((min(hidden) - unix_time_millis()) / 1000 + 0.001)
        return bool(hidden)

    def hidden(self, consumer: str) -> list[Any]:
        """Return the messages of a consumer that are in flight, or wait for a retry."""
        return [each for each in self.queue(consumer)._messages if not each.visible]

    def dead_letter(self, consumer: str) -> None:
        """Move a message to the DLQ, as if every worker had died on it."""
        queue = self.queue(consumer)
        message = queue._messages.pop(0)
        queue.pending_messages.discard(message)
        self.queue(consumer, dead=True).add_message(message)

    def redrive(self, consumer: str) -> bool:
        """Send a DLQ's messages to its queue; return whether there was any."""
        queue = self.queue(consumer, dead=True)
        dead, queue._messages = queue._messages, []
        for message in dead:
            self.resend(consumer, message.body)
        return bool(dead)

    def resend(self, consumer: str, body: str) -> None:
        self.send(consumer, body, codec.decode(body).subject)

    def replay(self, consumer: str, order: str) -> None:
        for event in self.history(order):
            if consumer in self.recorded.subscribers.get(event.type, ()):
                self.resend(consumer, codec.encode(event).decode())

    # -- steps -------------------------------------------------------------------------------------

    @property
    def behind(self) -> bool:
        """Return whether the stream has records that the relay has not handled."""
        return bool(self._records())

    def advance(self, *, operated: bool = True) -> bool:
        """Advance time to the next step; return whether there is one.

        First requests in flight take effect, then hidden messages become visible, then operators
        redrive the DLQs, if `operated`.
        """
        if self.hook.in_flight:
            self.hook.in_flight.pop(0)()
            return True
        waited = self.wait_for_visibility(*self.active)
        return waited or (operated and sum(map(self.redrive, CONSUMERS)) > 0)

    def steps(self, *, operated: bool = True) -> Iterator[Callable[["Deployment"], object]]:
        """Yield each step that needs no act, until the world is at rest."""
        for _ in range(MOST_STEPS):
            if self.behind:
                yield World.relay
            elif ready := next(filter(self.ready, CONSUMERS), None):
                yield partial(World.consume, consumer=ready)
            elif not self.advance(operated=operated):
                return
        raise Violation(every_world_comes_to_rest, "everything")

    def check_at_rest(self) -> None:
        self.recorded.check_at_rest([order.id for order in self.orders.values()])

    # -- saved worlds ------------------------------------------------------------------------------

    def save(self) -> Any:
        """Return the world's state, to be restored."""
        own = (self.recorded, self._position, self.paused, self.orders)
        return copied((time.time(), backends(), own), ROWS)

    def restore(self, saved: Any) -> None:
        """Restore a saved world, with restarted functions; it can be restored again."""
        now, moto, own = copied(saved, ROWS)
        self.clock.move_to(now)
        replace_backends(moto)
        self.recorded, self._position, self.paused, self.orders = own
        self.hook = CLIENTS.hook = RequestHook(self.recorded)
        self.start()


def _trigger(service: str, event: Mapping[str, Any]) -> str:
    """Return what triggered a run: a route, the schedule, the stream, or the types of events."""
    if "Records" not in event:
        return str(event.get("routeKey", TICK))
    if service not in CONSUMERS:
        return "records"
    return " and ".join(codec.decode(record["body"]).type for record in event["Records"])


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
            # Worlds with other keys of hashes would never be known to end well.
            patch("functions.email.blocked.secrets", SimpleNamespace(token_bytes=bytes)),
            patch("functions.analytics.daily_sums.LONGEST", FIGURE_DAYS),
        ):
            yield Deployment(templates, clock)
