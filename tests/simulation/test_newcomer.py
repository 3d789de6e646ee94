"""A consumer that is new in the map, or deployed midway, works like the others."""

from copy import replace
from typing import Any

import pytest

from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from events.history import History
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer
from functions.map import BUS, CONSUMERS
from simulation import chances
from simulation.actors.operators import may_be_new
from simulation.campaign import run
from simulation.scenario import Scenario

ORDERS = 5
WAITED_FOR = {"payment", "shipping"}
"""Consumers of ours without which an order does not go on, and which cannot be sent the past."""
LATE = {"inventory", "ordering", "email", "orders", "analytics"}
"""The others of ours."""


def test_a_new_consumer_reacts_through_its_usual_adapter() -> None:
    greeted: set[str] = set()

    def greet(event: Event[Any], _: History, printer: set[str]) -> None:
        printer.add(event.subject)

    greeting = Consumer(
        name="greeting",
        on=(On(event=DispatchScheduled, react=greet, history=True, outside=True),),
        adapters=(Adapter(name="usual", build=lambda _: greeted),),
    )

    found = run(Scenario(seed=1, orders=ORDERS), ((*CONSUMERS, greeting), BUS))

    assert found.violation is None
    assert 0 < len(greeted) <= ORDERS


def test_a_consumer_deployed_midway_gets_the_past_by_a_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chances, "USUAL", replace(chances.USUAL, new=1))
    missed = 0
    for seed in range(12):
        found = run(Scenario(seed=seed, orders=ORDERS))
        assert found.violation is None
        new = {
            each.target
            for each in found.world.scheduler.injected.values()
            if each.fault == "deployed"
        }
        assert new >= LATE
        assert not new & WAITED_FOR
        queues = {queue.consumer.name: queue for queue in found.world.queues}
        missed += len(queues["email"].missed)
        assert not any(queue.missed for queue in queues.values() if queue.consumer.replayable)

    assert missed > 0  # email is not replayable


def test_a_consumer_that_orders_wait_for_is_not_deployed_midway() -> None:
    late = {each.name for each in CONSUMERS if may_be_new(each, CONSUMERS)}

    assert late >= LATE
    assert not late & WAITED_FOR
