"""What the stream lost in an outage of the relay is published from the log, and orders end well."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import botocore.handlers
import pytest
from time_machine import Traveller

from functions.map import CONSUMERS
from functions.payment.sandbox import DECLINED
from functions.runtime.aws.client import client_factory
from functions.runtime.memory.observer import MemoryObserver
from infra.stage import DEV
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.projections import projection
from ops.replays import job, republish
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from tests.support.played import Time
from tests.system.shop import SOLD_OUT, Placed, Shop
from tests.system.test_replay import kept
from tests.system.world import World

OPTIONS = Options(stage=DEV.name)
OUTAGE = timedelta(hours=30)


@pytest.fixture
def stage(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connection:
    """The world's stage."""
    monkeypatch.setattr(job, "JOBS", tmp_path)
    return Connection(stage=DEV.name, client=cache(client_factory()))


@pytest.fixture
def published() -> Iterator[list[dict[str, Any]]]:
    """All entries that anybody publishes, as they are sent."""
    entries: list[dict[str, Any]] = []

    def keep(params: dict[str, Any], **_: Any) -> None:
        entries.extend(dict(each) for each in params["PublishBatchRequestEntries"])

    handler = ("provide-client-params.sns.PublishBatch", keep)
    botocore.handlers.BUILTIN_HANDLERS.append(handler)
    yield entries
    botocore.handlers.BUILTIN_HANDLERS.remove(handler)


def publish_again(stage: Connection, since: datetime, **wanted: Any) -> None:
    given = SelectionOptions(since=since.isoformat(), **wanted)
    done = republish.republish(lambda: stage, OPTIONS, given, yes=True, pace=Time().pace)
    assert done is ExitCode.DONE


def ended(shop: Shop, orders: list[Placed]) -> list[str]:
    return [shop.show(order).body["status"] for order in orders]


ENDS = ["dispatched", "cancelled", "cancelled", "cancelled"]


def place(shop: Shop) -> list[Placed]:
    """Place orders that end as `ENDS` says."""
    orders = [shop.order(), shop.order(token=DECLINED), shop.order(sku=SOLD_OUT), shop.order()]
    shop.cancel(orders[-1])
    return orders


@pytest.mark.parametrize("hops", range(3))
def test_all_consumers_catch_up_with_what_the_stream_lost_after_so_many_hops(
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
    assert ended(shop, orders) != ENDS

    publish_again(stage, began)
    world.settle()

    assert ended(shop, orders) == ENDS
    assert [shop.parcels(order) for order in orders] == [1, 0, 0, 0]
    assert [world.waiting(consumer) for consumer in sorted(world.active)] == [0] * len(CONSUMERS)
    assert not {"undecodable", "forged", "retry", "unpublishable"} & set(lines.outcomes)
    mails = {"email/receipt", "email/dispatch", "email/cancellation"}
    assert all(mails & set(world.slots(order.id)) for order in orders)
    assert projection.check(stage, OPTIONS, *projection.read_model("orders"), None) is ExitCode.DONE


@pytest.fixture
def done(world: World, shop: Shop, clock: Traveller) -> list[Placed]:
    """An order that was dispatched and one that was cancelled, an hour ago."""
    orders = [shop.order(), shop.order()]
    shop.cancel(orders[1])
    world.settle()
    assert ended(shop, orders) == ["dispatched", "cancelled"]
    clock.shift(timedelta(hours=1))
    return orders


def test_whoever_has_handled_it_all_changes_nothing(
    world: World, stage: Connection, done: list[Placed]
) -> None:
    before = kept(world)

    publish_again(stage, datetime.now(UTC) - timedelta(hours=2))
    waiting = {consumer.name: world.waiting(consumer.name) for consumer in CONSUMERS}
    world.settle(times=2, reverse=True)

    assert kept(world) == before
    assert all(waiting.values())


def test_what_is_published_again_is_what_the_relay_published(
    published: list[dict[str, Any]], stage: Connection, done: list[Placed]
) -> None:
    once = {entry["MessageDeduplicationId"]: entry | {"Id": ""} for entry in published}
    published.clear()

    publish_again(stage, datetime.now(UTC) - timedelta(hours=2))

    again = {entry["MessageDeduplicationId"]: entry | {"Id": ""} for entry in published}
    assert again == once
    assert len(published) == len(again)
    by_group = sorted(published, key=lambda entry: str(entry["MessageGroupId"]))
    for _, entries in groupby(by_group, key=lambda entry: entry["MessageGroupId"]):
        sequences = [json.loads(entry["Message"])["sequence"] for entry in entries]
        assert sequences == sorted(sequences)


def test_nothing_is_published_that_was_not_asked_for(
    published: list[dict[str, Any]], stage: Connection, done: list[Placed]
) -> None:
    published.clear()
    since = datetime.now(UTC) - timedelta(hours=2)

    publish_again(stage, since, types=("OrderPlaced",), orders=(done[0].id,))

    assert [entry["MessageDeduplicationId"] for entry in published] == [f"{done[0].id}/placed"]


def test_consumers_that_lost_their_messages_and_may_not_be_replayed_hear_them_with_all_others(
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

    publish_again(stage, began)
    world.settle()

    assert ended(shop, orders) == ENDS
    assert [shop.parcels(order) for order in orders] == [1, 0, 0, 0]
    assert projection.check(stage, OPTIONS, *projection.read_model("orders"), None) is ExitCode.DONE
