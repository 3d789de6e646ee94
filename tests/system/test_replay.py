"""Replays on a whole stage: nothing changes, read models are rebuilt, erased orders stay erased."""

from datetime import timedelta
from typing import Any

import pytest
from time_machine import Traveller

from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.payment.sandbox import DECLINED
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.settings import table_variable
from infra.stage import DEV
from ops.actions import forget
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.projections import projection
from ops.replays import replay
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from testkit.builders import EMAIL
from tests.support.fake_time import Time
from tests.system.shop import SOLD_OUT, Placed, Shop
from tests.system.world import World

OPTIONS = Options(stage=DEV.name)
REPLAYABLE = [consumer for consumer in CONSUMERS if consumer.replayable]


@pytest.fixture
def placed(shop: Shop, world: World, clock: Traveller) -> list[Placed]:
    """Four orders with different ends, a minute later."""
    orders = [shop.order(), shop.order(token=DECLINED), shop.order(sku=SOLD_OUT), shop.order()]
    shop.cancel(*orders[-1])
    world.settle()
    clock.shift(timedelta(minutes=1))
    return orders


def tables(world: World) -> list[list[dict[str, Any]]]:
    """Return the items of the log and of all tables that services own on this stage."""
    names = [world.log] + [
        world.own_table(service.name, table.name)
        for service in CONSUMERS
        for table in service.possible_tables
        if table.owner is None and table_variable(table.name) in world.environments[service.name]
    ]
    return [sorted(world.table(name), key=str) for name in names]


def replay_to(stage: Connection, world: World, consumer: Consumer) -> None:
    done = replay.replay(
        lambda: stage, OPTIONS, consumer.name, SelectionOptions(), yes=True, pace=Time().pace
    )
    assert done is ExitCode.DONE
    assert world.waiting(consumer.name) > 0
    world.settle(times=2, reverse=True)


def test_a_replay_of_all_events_changes_nothing(
    world: World, placed: list[Placed], stage: Connection
) -> None:
    before = tables(world)

    for consumer in REPLAYABLE:
        replay_to(stage, world, consumer)

    assert tables(world) == before


@pytest.mark.parametrize(
    "consumer", [c for c in REPLAYABLE if c.projection], ids=lambda consumer: consumer.name
)
def test_an_emptied_read_model_is_rebuilt_as_it_was(
    world: World, placed: list[Placed], stage: Connection, consumer: Consumer
) -> None:
    assert consumer.projection
    table = world.own_table(consumer.name, consumer.projection.table)
    before = world.table(table)
    histories = [world.history(order.id) for order in placed]
    rows = [row for row in map(consumer.projection.fold, histories) if row]
    assert len(before) == len(rows), (
        f"{consumer.name} keeps other rows than its projection folds: see its reactions and"
        f" `projection` in {consumer.code_package}.service, and its tests"
    )
    assert before, f"no order of this test has a row of {consumer.name}"
    assert projection.check(stage, OPTIONS, consumer, consumer.projection, None) is ExitCode.DONE

    projection.empty(stage, OPTIONS, consumer, consumer.projection, yes=True)
    assert world.table(table) == []
    replay_to(stage, world, consumer)

    assert sorted(world.table(table), key=str) == sorted(before, key=str)
    assert projection.check(stage, OPTIONS, consumer, consumer.projection, None) is ExitCode.DONE


def test_an_erased_order_stays_erased_after_a_replay(
    world: World, shop: Shop, placed: list[Placed], stage: Connection, lines: MemoryObserver
) -> None:
    for order in placed:
        assert forget.forget(stage, OPTIONS, order.id, yes=True) is ExitCode.DONE
    world.settle()
    before = tables(world)
    of_relay = [line for line in lines.lines if line["outcome"] in ("forgotten", "tampered")]
    assert [line["outcome"] for line in of_relay] == ["forgotten"] * len(placed)

    world.redeliver()
    world.settle()
    for consumer in REPLAYABLE:
        replay_to(stage, world, consumer)

    assert tables(world) == before
    assert lines.failures == []
    assert not {"forged", "retry"} & set(lines.outcomes)
    text = str(before)
    assert not [one for one in (EMAIL, "Robin", "Sample Street", "10115") if one in text]
    assert shop.show(*placed[0]).status == 200
