"""Worlds of ten orders: the invariants hold, and every kind of event occurs."""

import gc
import os
import subprocess
import sys
import weakref
from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import get_args

import pytest

from events.contracts.checkout import MAX_LINES, Delivery, OrderPlaced
from events.contracts.ordering import OrderConfirmed
from events.envelope import Fact
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from simulation.calls import APPEND_WITH_CHANGES, LOG_APPEND, LOG_READ
from simulation.campaign import Tally, campaign, run
from simulation.clock import DAY
from simulation.draws import Draws
from simulation.faults import DESCRIPTIONS
from simulation.message import Message
from simulation.scenario import Scenario
from simulation.world import World
from testkit.builders import placed

WORLDS = 300
ORDERS = 10
RARE = ("rows.remove", "carrier.find", "gateway.cancel")
"""Calls that few worlds make, so that some faults may not meet them."""


def test_three_hundred_worlds_hold_their_invariants_under_every_fault() -> None:
    seen = Tally()

    assert [one.violation for one in campaign(range(WORLDS), ORDERS, seen)] == []
    assert (seen.worlds, seen.orders) == (WORLDS, WORLDS * ORDERS)
    assert sorted(seen.faults) == sorted(DESCRIPTIONS)
    missed = {pair for pair in seen.missed if pair[0] not in RARE}
    assert len(missed) <= 3, missed


def test_most_faults_befall_the_consumer_that_a_world_aims_at() -> None:
    aimed: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for seed in range(10):
        world = run(Scenario(seed=seed, orders=4, aimed=frozenset({"analytics"}))).world
        for fault in world.scheduler.injected.values():
            aimed[fault.target.partition(" ")[0]] += 1
            kinds[fault.fault] += fault.target.startswith("analytics")

    assert aimed["analytics"] > sum(aimed.values()) / 2
    assert all(kinds[fault] for fault in ("twice", "doubled", "replayed", "deployed", "lost"))
    assert kinds["doubled"] > 10


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.name)
def test_bad_luck_is_aimed_at_a_consumer_of_ours(consumer: Consumer) -> None:
    aimed = frozenset({consumer.name})

    assert list(campaign(range(3), 4, Tally(), aimed=aimed)) == []


def test_the_orders_end_in_every_way() -> None:
    ends: Counter[str] = Counter()
    stated: set[type[Fact]] = set()
    orders: list[OrderPlaced] = []
    days = 0
    for seed in range(60):
        world = run(Scenario(seed=seed, orders=ORDERS)).world
        days = max(days, world.scheduler.now // DAY)
        for order in world.shop.log.orders():
            history = world.shop.log.read(order)
            outcome = history.at("outcome")
            assert outcome is not None
            ends[getattr(outcome.data, "reason", "confirmed")] += 1
            stated |= {type(event.data) for event in history}
            if isinstance(outcome.data, OrderConfirmed):
                orders += [each.data for each in history if isinstance(each.data, OrderPlaced)]

    assert set(ends) == {"confirmed", "customer", "payment-declined", "out-of-stock", "stalled"}
    assert len(stated) >= 17  # all of ours but MailRefused: every customer here has an address
    assert days >= 13
    sizes = sorted(len(order.lines) for order in orders)
    assert (sizes[0], sizes[-1]) == (1, MAX_LINES)
    assert {(order.total.currency, order.delivery) for order in orders} == {
        (currency, delivery)
        for currency in ("EUR", "JPY", "USD")
        for delivery in get_args(Delivery)
    }


@pytest.mark.parametrize("seed", [3, 7, 2**64])
def test_the_same_scenario_gives_the_same_run(seed: int) -> None:
    scenario = Scenario(seed=seed, orders=ORDERS)
    one, other = run(scenario).world.scheduler, run(scenario).world.scheduler

    assert (one.trace, one.steps, one.now) == (other.trace, other.steps, other.now)
    assert one.injected == other.injected


@pytest.mark.parametrize("hashing", ["1", "2"])
def test_the_same_scenario_gives_the_same_run_in_any_process(hashing: str) -> None:
    """In another process, sets of strings have another order."""
    scenario = Scenario(seed=4, orders=ORDERS)
    code = f"""
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from simulation.calls import APPEND_WITH_CHANGES, LOG_APPEND, LOG_READ
from simulation.campaign import run
from simulation.scenario import Scenario
print(run(Scenario(seed={scenario.seed}, orders={scenario.orders})).world.scheduler.trace)
"""
    environ = os.environ | {"PYTHONHASHSEED": hashing}
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)

    assert int(other.stdout) == run(scenario).world.scheduler.trace


@pytest.mark.parametrize("seed", [0, 2])
def test_a_call_that_nothing_precedes_may_be_made_at_once(seed: int) -> None:
    scenario = Scenario(seed=seed, orders=ORDERS)
    slow = World(scenario)
    slow.scheduler.skips_ahead = False
    slow.run()

    hurried = run(scenario).world.scheduler
    assert (slow.scheduler.trace, slow.scheduler.steps) == (hurried.trace, hurried.steps)


def test_leaving_out_an_order_changes_no_draw_of_the_others() -> None:
    scenario = Scenario(seed=5, orders=ORDERS)
    injected = run(scenario).world.scheduler.injected
    without = run(replace(scenario, absent_orders=frozenset({0}))).world

    assert len(without.shop.log.orders()) == ORDERS - 1
    shared = set(injected) & set(without.scheduler.injected)
    assert len(shared) > len(injected) / 2


def test_an_excluded_fault_is_not_injected() -> None:
    scenario = Scenario(seed=5, orders=ORDERS)
    injected = run(scenario).world.scheduler.injected
    some = frozenset(sorted(injected)[:10])

    assert not some & set(run(scenario.without_faults(some)).world.scheduler.injected)


def test_the_numbers_of_a_second_receive_do_not_depend_on_the_first() -> None:
    draws = Draws(7)
    seen: list[list[int]] = []
    for taken in (0, 5, 40):
        message = Message("payment on it", placed(), "", draws.numbers("payment on it"), 0, 0)
        first = message.receive(0, message.next_numbers(draws))
        list(islice(first.numbers, taken))
        seen.append(list(islice(message.next_numbers(draws), 20)))

    assert seen[0] == seen[1] == seen[2]


@pytest.mark.usefixtures("buggy_rules")
@pytest.mark.parametrize("seed", range(4))
def test_a_finished_world_is_freed_however_it_ended(seed: int) -> None:
    """A campaign has thousands of worlds, and a suspended thread keeps its world alive."""
    ended = run(Scenario(seed=seed, orders=ORDERS))
    world = weakref.ref(ended.world)
    del ended
    gc.collect()

    assert world() is None


def test_a_campaign_frees_its_worlds_without_garbage_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worlds: list[weakref.ref[World]] = []

    class Watched(World):
        def run(self) -> None:
            worlds.append(weakref.ref(self))
            super().run()

    monkeypatch.setattr("simulation.campaign.World", Watched)
    monkeypatch.setattr("simulation.world.REAL", 0)  # errors of real handlers refer to each other
    gc.disable()
    try:
        assert list(campaign(range(5), ORDERS, Tally())) == []
        assert [world() for world in worlds] == [None] * 5
    finally:
        gc.enable()


def test_a_read_cannot_take_effect_later() -> None:
    assert "die, done later" not in LOG_READ.faults
    assert "conflict" in APPEND_WITH_CHANGES.faults
    assert "conflict" not in LOG_APPEND.faults
