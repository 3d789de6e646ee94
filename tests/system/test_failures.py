"""Poison messages, outages and crashes: messages survive them, and other orders pass."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from time_machine import Traveller

from functions import map as the_map
from functions.payment.gateway import GatewayUnavailable
from functions.payment.sandbox import SandboxGateway
from functions.runtime import backoff
from functions.runtime.memory.observer import MemoryObserver
from tests.support.client_hooks import hooked
from tests.system.shop import Shop
from tests.system.world import World

CONSUMERS = [consumer.name for consumer in the_map.CONSUMERS]
DECIDING = frozenset({"payment", "inventory", "ordering", "shipping"})
BYSTANDERS = frozenset(CONSUMERS) - DECIDING
"""Consumers that a dispatch does not wait for; with many orders they take half of the time."""


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_a_poison_message_ends_in_its_dlq_while_the_next_order_passes(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller, consumer: str
) -> None:
    world.send(consumer, '{"id": "not an event"}')
    order = shop.order()

    world.settle()
    assert shop.show(*order).body["status"] == "dispatched"

    for _ in range(backoff.receives_to_ride_out()):
        clock.shift(backoff.delay(1) + 1)
        world.consume(consumer)
    assert world.dead_letters(consumer) == ['{"id": "not an event"}']
    assert world.waiting(consumer) == 0
    assert lines.of(consumer).count("undecodable") == backoff.receives_to_ride_out()


def test_a_consumer_paused_for_fifty_orders_catches_up(world: World, shop: Shop) -> None:
    world.paused = {"payment", *BYSTANDERS}
    orders = [shop.order() for _ in range(50)]
    world.settle()
    assert {shop.show(*order).body["status"] for order in orders} == {"reserved"}

    world.paused = {*BYSTANDERS}
    world.settle()

    assert {shop.show(*order).body["status"] for order in orders} == {"dispatched"}


class RelayCrash(BaseException):
    """The relay's process ends."""


@pytest.fixture
def crashes_at() -> Iterator[list[int]]:
    """Crash the caller before the publishes whose numbers are in the list."""
    crashes: list[int] = []
    publishes = count(1)

    def crash(**_: Any) -> None:
        if next(publishes) in crashes:
            raise RelayCrash

    with hooked(("before-call.sns.PublishBatch", crash)):
        yield crashes


def test_a_relay_that_crashes_between_two_publishes_loses_nothing(
    crashes_at: list[int], world: World, shop: Shop
) -> None:
    world.paused = {*BYSTANDERS}
    orders = [shop.order() for _ in range(15)]
    crashes_at += [2, 4]
    for _ in crashes_at:
        with pytest.raises(RelayCrash):
            world.settle()

    world.settle()

    assert {shop.show(*order).body["status"] for order in orders} == {"dispatched"}
    assert all(shop.parcels(order) == 1 for order in orders)


def test_a_gateway_outage_of_six_hours_brings_no_message_to_the_dlq(
    world: World, shop: Shop, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: Any) -> str:
        raise GatewayUnavailable

    order = shop.order()
    with monkeypatch.context() as outage:
        outage.setattr(SandboxGateway, "prepare", unavailable)
        for receives in range(1, backoff.receives_to_ride_out()):
            world.settle()
            clock.shift(backoff.delay(receives) + 1)
    assert world.dead_letters("payment") == []

    world.settle()

    assert shop.show(*order).body["status"] == "dispatched"
