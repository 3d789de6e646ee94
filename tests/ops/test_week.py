"""A replay of a week, a thousand orders a day, rebuilds an emptied read model byte for byte."""

from collections.abc import Sequence
from copy import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.envelope import Event
from functions.framework.ports import Message
from functions.orders.service import SERVICE as ORDERS
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from ops.projections.compare import compare
from ops.replays import job as jobs
from ops.replays.estimate import Estimate, estimate
from ops.replays.job import Plan
from ops.replays.queue_target import QueueTarget, QueueTransport
from ops.replays.send import send
from ops.replays.target import batch_size
from testkit.builders import NOW, Clock
from tests.support.fake_time import Time
from tests.support.order_histories import KINDS, OrderHistories

DAYS, A_DAY = 7, 1000
HISTORIES = 8
"""Histories of each kind; messages are delivered in another order in each."""

AFTER = NOW + timedelta(days=DAYS + 1)
RATE = 1e6


def copied(
    history: Sequence[Event[Any]], order: str, later: timedelta, customer: str | None
) -> Any:
    """Yield a history as that of another order, at another time."""
    millis = int(later.total_seconds() * 1000)
    for event in history:
        data = event.data
        if isinstance(data, OrderPlaced):
            data = msgspec.structs.replace(data, customer=customer)
        cause = event.causationid and f"{order}/{event.causationid.partition('/')[2]}"
        clock, _, counter = event.sequence.partition(".")
        yield msgspec.structs.replace(
            event,
            id=f"{order}/{event.slot}",
            subject=order,
            time=event.time + later,
            causationid=cause,
            sequence=f"{int(clock) + millis:013d}.{counter}",
            data=data,
        )


class Week:
    """The log of a week, and the rows that were written while it happened."""

    def __init__(self) -> None:
        random = Random(7)
        application = OrderHistories(random)
        names = count()
        histories = [
            application.run(kind, f"STORY{next(names)}") for kind in KINDS for _ in range(HISTORIES)
        ]
        self.random = random
        self.log, self.live = MemoryLog(as_items=False), MemoryRows()
        self.endings = {
            (history[-1].type, tuple(sorted(event.type for event in history)))
            for history in histories
        }
        reactor = self.reactor(self.live)
        for number in range(DAYS * A_DAY):
            customer = None if number % 3 == 0 else f"CUSTOMER{random.randrange(500)}"
            later = timedelta(milliseconds=random.randrange(DAYS * 24 * 3600 * 1000))
            order = f"ORDER{number:05}"
            for event in copied(random.choice(histories), order, later, customer):
                self.log.append(event)
                reactor.handle(event)

    def reactor(self, rows: MemoryRows) -> Reactor:
        return Reactor(consumer=ORDERS, log=self.log, clock=Clock(), rows=lambda _: rows)

    def estimated(self) -> Estimate:
        def requests_for(messages: Sequence[Message]) -> int:
            return QueueTarget(ORDERS).requests_for(messages, batch_size(RATE))

        return estimate(self.log, self.plan(None).selection, requests_for)

    def plan(self, estimated: Any) -> Plan:
        return Plan(
            job="orders-1",
            stage="local",
            consumer=ORDERS.name,
            made=AFTER,
            since=None,
            until=AFTER,
            types=ORDERS.subscribed_types,
            orders=(),
            rate=RATE,
            estimate=estimated,
        )


class UnorderedQueue:
    """The consumer's queue, which delivers in no order, and some messages twice."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.batches = 0

    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        self.batches += 1
        self.bodies += [message.body for message in messages]
        return [""] * len(messages)

    def waiting(self) -> int:
        return len(self.bodies)

    def deliver(self, reactor: Reactor, random: Random) -> None:
        bodies = self.bodies + random.sample(self.bodies, len(self.bodies) // 10)
        random.shuffle(bodies)
        for body in bodies:
            reactor.handle(codec.decode(body))


def in_bytes(rows: MemoryRows) -> bytes:
    return msgspec.json.encode(sorted(rows.all(), key=lambda row: (row.partition, row.sort)))


@pytest.fixture(scope="module")
def week() -> Week:
    return Week()


def test_a_week_has_orders_with_all_kinds_of_ends(week: Week) -> None:
    assert len(list(week.live.all())) == DAYS * A_DAY
    assert len(week.endings) >= len(KINDS)
    assert {row.values["status"] for row in week.live.all()} == {"dispatched", "cancelled"}
    assert {row.values.get("reason") for row in week.live.all()} == {
        None,
        "customer",
        "out-of-stock",
        "payment-declined",
        "stalled",
    }


def test_a_replay_of_a_week_rebuilds_an_emptied_list_byte_for_byte_as_estimated(
    week: Week, tmp_path: Path
) -> None:
    estimated = week.estimated()
    time, queue, rebuilt = Time(), UnorderedQueue(), MemoryRows()
    job = jobs.create(week.plan(estimated), tmp_path)

    send(job, week.log, QueueTransport(queue), time.pace(RATE), time.clock, lambda _: None)
    facts = week.log.facts
    queue.deliver(week.reactor(rebuilt), week.random)

    assert week.log.facts == facts, "a projection stated a fact"
    assert in_bytes(rebuilt) == in_bytes(week.live)
    assert job.sent is not None
    assert (job.sent.events, job.sent.types) == (estimated.events, estimated.types)
    assert (len(queue.bodies), queue.batches) == (estimated.events, estimated.requests)
    assert estimated.orders == DAYS * A_DAY


def test_the_only_differing_row_of_a_week_is_found(week: Week) -> None:
    assert ORDERS.projection is not None
    right = next(week.live.all())
    week.live.overwrite(replace(right, values={**right.values, "pieces": 99}))

    result = compare(ORDERS.projection, week.log, week.log, week.live, Clock(AFTER))
    week.live.overwrite(right)

    assert result.equal == DAYS * A_DAY - 1
    (found,) = result.differences
    assert (found.kind, found.partition, found.sort) == ("different", right.partition, right.sort)
    assert found.what == (f"pieces is 99, but {right.values['pieces']} in the log's fold",)
