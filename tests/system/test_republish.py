"""Events that the stream lost in an outage of the relay are republished from the log."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from time_machine import Traveller

from functions.map import CONSUMERS
from functions.payment.sandbox import DECLINED
from functions.runtime.memory.observer import MemoryObserver
from infra.stage import DEV
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.projections import projection
from ops.replays import republish
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from tests.support.client_hooks import hooked
from tests.support.fake_time import Time
from tests.system.shop import SOLD_OUT, Placed, Shop
from tests.system.test_replay import tables
from tests.system.world import World

OPTIONS = Options(stage=DEV.name)
OUTAGE = timedelta(hours=30)


@pytest.fixture
def published() -> Iterator[list[dict[str, Any]]]:
    """All entries that are published."""
    entries: list[dict[str, Any]] = []

    def record(params: dict[str, Any], **_: Any) -> None:
        entries.extend(dict(each) for each in params["PublishBatchRequestEntries"])

    with hooked(("provide-client-params.sns.PublishBatch", record)):
        yield entries


def republish_since(stage: Connection, since: datetime, **selection: Any) -> None:
    given = SelectionOptions(since=since.isoformat(), **selection)
    done = republish.republish(lambda: stage, OPTIONS, given, yes=True, pace=Time().pace)
    assert done is ExitCode.DONE


def statuses(shop: Shop, orders: list[Placed]) -> list[str]:
    return [shop.show(*order).body["status"] for order in orders]


ENDS = ["dispatched", "cancelled", "cancelled", "cancelled"]


def place(shop: Shop) -> list[Placed]:
    """Place orders that end with the statuses `ENDS`."""
    orders = [shop.order(), shop.order(token=DECLINED), shop.order(sku=SOLD_OUT), shop.order()]
    shop.cancel(*orders[-1])
    return orders


@pytest.mark.parametrize("hops", range(3))
def test_all_consumers_catch_up_with_lost_events(
    world: World, shop: Shop, clock: Traveller, stage: Connection, lines: MemoryObserver, hops: int
) -> None:
    began = datetime.now(UTC)
    orders = place(shop)
    for _ in range(hops):
        world.relay()
        for consumer in sorted(world.active):
            while world.consume(consumer):
                pass
    clock.shift(OUTAGE)
    assert world.trim() > 0
    world.settle()
    assert statuses(shop, orders) != ENDS

    republish_since(stage, began)
    world.settle()

    assert statuses(shop, orders) == ENDS
    assert [shop.parcels(order) for order in orders] == [1, 0, 0, 0]
    assert [world.waiting(consumer) for consumer in sorted(world.active)] == [0] * len(CONSUMERS)
    assert lines.failures == []
    assert not {"undecodable", "forged", "retry", "unpublishable"} & set(lines.outcomes)
    mails = {"email/receipt", "email/dispatch", "email/cancellation"}
    assert all(mails & set(world.slots(order.id)) for order in orders)
    assert projection.check(stage, OPTIONS, *projection.read_model("orders"), None) is ExitCode.DONE


@pytest.fixture
def done(world: World, shop: Shop, clock: Traveller) -> list[Placed]:
    """A dispatched order and a cancelled one, an hour later."""
    orders = [shop.order(), shop.order()]
    shop.cancel(*orders[1])
    world.settle()
    assert statuses(shop, orders) == ["dispatched", "cancelled"]
    clock.shift(timedelta(hours=1))
    return orders


def test_republishing_handled_events_changes_nothing(
    world: World, stage: Connection, done: list[Placed]
) -> None:
    before = tables(world)

    republish_since(stage, datetime.now(UTC) - timedelta(hours=2))
    waiting = {consumer.name: world.waiting(consumer.name) for consumer in CONSUMERS}
    world.settle(times=2, reverse=True)

    assert tables(world) == before
    assert all(waiting.values())


def test_republished_entries_equal_those_of_the_relay(
    published: list[dict[str, Any]], stage: Connection, done: list[Placed]
) -> None:
    once = {entry["MessageDeduplicationId"]: entry | {"Id": ""} for entry in published}
    published.clear()

    republish_since(stage, datetime.now(UTC) - timedelta(hours=2))

    again = {entry["MessageDeduplicationId"]: entry | {"Id": ""} for entry in published}
    assert again == once
    assert len(published) == len(again)
    by_group = sorted(published, key=lambda entry: str(entry["MessageGroupId"]))
    for _, entries in groupby(by_group, key=lambda entry: entry["MessageGroupId"]):
        sequences = [json.loads(entry["Message"])["sequence"] for entry in entries]
        assert sequences == sorted(sequences)


def test_only_the_selected_events_are_republished(
    published: list[dict[str, Any]], stage: Connection, done: list[Placed]
) -> None:
    published.clear()
    since = datetime.now(UTC) - timedelta(hours=2)

    republish_since(stage, since, types=("OrderPlaced",), orders=(done[0].id,))

    assert [entry["MessageDeduplicationId"] for entry in published] == [f"{done[0].id}/placed"]


def test_consumers_that_are_not_replayable_get_lost_messages_by_a_republish(
    world: World, shop: Shop, clock: Traveller, stage: Connection
) -> None:
    began = datetime.now(UTC)
    world.paused = {consumer.name for consumer in CONSUMERS if not consumer.replayable}
    orders = place(shop)
    world.settle()
    clock.shift(OUTAGE)
    for consumer in world.paused:
        world.purge(consumer)
    world.paused = set()

    republish_since(stage, began)
    world.settle()

    assert statuses(shop, orders) == ENDS
    assert [shop.parcels(order) for order in orders] == [1, 0, 0, 0]
    assert projection.check(stage, OPTIONS, *projection.read_model("orders"), None) is ExitCode.DONE
