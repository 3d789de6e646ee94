"""Workload on one stage in which every function makes every kind of AWS call that it can make."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import msgspec
from time_machine import Traveller

from functions.analytics import daily_sums
from functions.analytics.service import SERVICE as ANALYTICS
from functions.framework.service import Consumer
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import CONSUMERS
from functions.orders.check import STALLED_AFTER
from functions.orders.service import SERVICE as ORDERS
from functions.payment.service import SERVICE as PAYMENT
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.shipping.service import SERVICE as SHIPPING
from infra.stage import Stage
from ops.actions import forget
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from testkit.builders import order_placed, placed, verified
from tests.iam.permissions import Recorder
from tests.system.shop import SOLD_OUT, Shop
from tests.system.world import World

DAYS = 14
"""The days that analytics sums up here; each day of its usual quarter would cost some queries."""

CUSTOMER = "auth0|robin"

NEW = "CORNET"
"""A product that is added after the catalogue was read."""


@contextmanager
def paused(world: World, *consumers: Consumer) -> Iterator[None]:
    world.paused = {consumer.name for consumer in consumers}
    yield
    world.paused = set()


@patch.object(daily_sums, "LONGEST", DAYS)
def run_workload(
    world: World, stage: Stage, clock: Traveller, *, success: str, declined: str
) -> list[str]:
    """Place orders of all kinds and send messages that are no events; return the orders' ids.

    `success` and `declined` are tokens of the gateway.
    """
    shop = Shop(world)
    shop.context = verified(CUSTOMER) if stage.issuer else {}
    assert shop.request("GET /products").status == 200
    shop.add_product(NEW, NEW.title())
    ended = {
        shop.order(NEW, token=success): "dispatched",
        shop.order(token=declined): "cancelled",
    }
    with paused(world, INVENTORY):  # until the payment is captured
        ended[shop.order(sku=SOLD_OUT, token=success)] = "cancelled"
        world.settle()
    cancelled = shop.order(token=success)
    ended[cancelled] = "cancelled"
    assert shop.cancel(*cancelled).status == 200
    world.settle()
    world.redeliver()
    with paused(world, PAYMENT):  # until the order is stalled
        ended[shop.order(token=success)] = "cancelled"
        world.settle()
        clock.shift(STALLED_AFTER)
        world.tick(ORDERS.name)
    world.settle()
    with paused(world, SHIPPING, ANALYTICS):
        # Until the carrier's key has expired, and the day was summed up.
        ended[shop.order(token=success)] = "dispatched"
        world.settle()
        clock.shift(timedelta(days=3))
        world.tick(ANALYTICS.name)
    world.settle()
    world.tick(ANALYTICS.name)
    # A customer's order, also on a stage that takes no customers' orders.
    event = placed(msgspec.structs.replace(order_placed(), customer="ROBIN"))
    DynamoLog(client_factory()("dynamodb"), world.log).append(event)
    world.settle()
    assert shop.request("GET /orders").status == (200 if stage.issuer else 404)
    for consumer in CONSUMERS:
        world.send(consumer.name, "poison")
    world.put(world.log, {"subject": {"S": "strange"}, "slot": {"S": "placed"}})
    world.settle()
    assert {order: shop.show(*order).body["status"] for order in ended} == ended
    return [*(order.id for order in ended), event.subject]


def forget_all(stage: Stage, recorder: Recorder, orders: list[str]) -> None:
    connection = Connection(stage=stage.name, client=client_factory())
    with patch.object(Connection, "acting_as") as acting_as:
        acting_as.side_effect = lambda role, _: replace(connection, client=recorder.clients(role))
        for order in orders:
            done = forget.forget(connection, Options(stage=stage.name), order, yes=True)
            assert done is ExitCode.DONE
