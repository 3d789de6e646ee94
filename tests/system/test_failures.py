"""Poison, outages and crashes: what a message survives, and what it never takes with it."""

from collections.abc import Iterator
from typing import Any

import botocore.handlers
import pytest
from time_machine import Traveller

from functions import map as the_map
from functions.payment.gateway import GatewayUnavailable
from functions.payment.sandbox import SandboxGateway
from functions.runtime import backoff
from functions.runtime.memory.observer import MemoryObserver
from tests.system.shop import Shop
from tests.system.world import World

CONSUMERS = [consumer.name for consumer in the_map.CONSUMERS]
BYSTANDERS = frozenset({"email", "orders", "analytics"})
"""Nobody waits for them, and with many orders they take half of a test's time."""


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_a_poison_message_ends_in_its_dlq_while_the_next_order_passes(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller, consumer: str
) -> None:
    world.send(consumer, '{"id": "not an event"}')
    order = shop.order()

    world.settle()
    assert shop.show(order).body["status"] == "dispatched"

    for _ in range(backoff.receives_to_ride_out()):
        clock.shift(backoff.delay(1) + 1)
        world.consume(consumer)
    assert world.dead(consumer) == ['{"id": "not an event"}']
    assert world.waiting(consumer) == 0
    assert lines.of(consumer).count("undecodable") == backoff.receives_to_ride_out()


def test_a_consumer_that_was_off_for_fifty_orders_catches_up(world: World, shop: Shop) -> None:
    world.paused = {"payment", *BYSTANDERS}
    orders = [shop.order() for _ in range(50)]
    world.settle()
    assert {shop.show(order).body["status"] for order in orders} == {"reserved"}

    world.paused = {*BYSTANDERS}
    world.settle()

    assert {shop.show(order).body["status"] for order in orders} == {"dispatched"}


class RelayDied(BaseException):
    """The relay's process ended."""


@pytest.fixture
def dies_at_publish() -> Iterator[list[int]]:
    """Kill the caller at the publishes whose numbers are in the list, before they have effect."""
    deaths: list[int] = []
    publishes = iter(range(1, 1_000))

    def die(**_: Any) -> None:
        if next(publishes) in deaths:
            raise RelayDied

    handler = ("before-call.sns.PublishBatch", die)
    botocore.handlers.BUILTIN_HANDLERS.append(handler)
    yield deaths
    botocore.handlers.BUILTIN_HANDLERS.remove(handler)


def test_a_relay_that_dies_between_two_publishes_loses_nothing(
    dies_at_publish: list[int], world: World, shop: Shop
) -> None:
    world.paused = {*BYSTANDERS}
    orders = [shop.order() for _ in range(15)]
    dies_at_publish += [2, 4]
    for _ in dies_at_publish:
        with pytest.raises(RelayDied):
            world.settle()

    world.settle()

    assert {shop.show(order).body["status"] for order in orders} == {"dispatched"}
    assert all(shop.parcels(order) == 1 for order in orders)


def test_a_gateway_outage_of_six_hours_takes_no_message_to_its_dlq(
    world: World, shop: Shop, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out(*_: Any) -> str:
        raise GatewayUnavailable

    order = shop.order()
    with monkeypatch.context() as outage:
        outage.setattr(SandboxGateway, "prepare", out)
        for receives in range(1, backoff.receives_to_ride_out()):
            world.settle()
            clock.shift(backoff.delay(receives) + 1)
    assert world.dead("payment") == []

    world.settle()

    assert shop.show(order).body["status"] == "dispatched"
