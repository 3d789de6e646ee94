"""Ownership of orders through all services: by the customer, or by a guest's key."""

from collections.abc import Iterator

import pytest
from moto import mock_aws
from time_machine import Traveller

from functions.framework.http import CORRELATION
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import verified
from testkit.customer import HttpAnswer
from tests.support.template import Templates
from tests.system.shop import STOCK, Shop
from tests.system.world import World

ROBIN = "auth0|robin"
KIM = "auth0|kim"


@pytest.fixture
def customers(
    guarded: Templates, clock: Traveller, lines: MemoryObserver
) -> Iterator[tuple[World, Shop]]:
    """A stage with an issuer, and its shop with Robin's token."""
    with mock_aws():
        world = World(guarded, lines)
        shop = Shop(world)
        shop.context = verified(ROBIN)
        yield world, shop


def listed(shop: Shop) -> list[tuple[str, str]]:
    answer = shop.request("GET /orders")
    assert answer.status == 200
    return [(order["id"], order["status"]) for order in answer.body["orders"]]


def test_a_customer_follows_their_orders_in_their_list(
    customers: tuple[World, Shop], clock: Traveller
) -> None:
    world, shop = customers
    first = shop.order()
    assert shop.show(*first).body["status"] == "placed"
    assert listed(shop) == []
    world.settle()
    clock.shift(60)
    second = shop.order()
    shop.cancel(*second)
    world.settle()

    assert listed(shop) == [(second.id, "cancelled"), (first.id, "dispatched")]
    shop.context = verified(KIM)
    assert listed(shop) == []


def test_a_customer_can_neither_show_nor_cancel_the_order_of_another(
    customers: tuple[World, Shop],
) -> None:
    world, shop = customers
    order = shop.order()
    shop.context = verified(KIM)

    assert refused(shop, *order) == refused(shop, "0" * 26, order.key)
    shop.context = verified(ROBIN)
    world.settle()
    assert shop.show(*order).body["status"] == "dispatched"
    assert shop.available() == STOCK - 1


def test_a_guest_can_neither_show_nor_cancel_the_order_of_another(world: World, shop: Shop) -> None:
    order, other = shop.order(), shop.order()

    assert refused(shop, order.id, other.key) == refused(shop, "0" * 26, other.key)
    world.settle()
    assert shop.show(*order).body["status"] == "dispatched"
    assert shop.request("GET /orders").status == 404


def refused(shop: Shop, order: str, key: str) -> list[HttpAnswer]:
    """Show and cancel an order of another customer; return the answers, which are 404.

    The requests' ids, which the headers and nothing else have, are left out.
    """
    answers = [shop.show(order, key), shop.cancel(order, key)]
    assert [answer.status for answer in answers] == [404, 404]
    for answer in answers:
        assert answer.headers.pop(CORRELATION) not in str(answer.body)
    return answers
