"""Workload on one stage in which every function makes every kind of AWS call that it can make."""

from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import msgspec
from time_machine import Traveller

from functions.map import CONSUMERS
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from infra.stage import Stage
from ops.actions import forget
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from testkit.builders import TRUMPET, order_placed, placed, verified
from testkit.customer import Customer
from tests.iam.permissions import Recorder
from tests.iam.walk import Walk, journey_of
from tests.support.order_histories import subscribed_events
from tests.system.shop import SKU, Shop
from tests.system.world import World

CUSTOMER = "auth0|robin"

NEW = "CORNET"
"""A product that is added after the catalogue was read."""


def run_workload(
    world: World, stage: Stage, clock: Traveller, *, success: str, declined: str
) -> list[str]:
    """Walk all journeys, and send messages that are no events; return the orders' ids.

    `success` and `declined` are tokens of the gateway.
    """
    walk = Walk(world=world, shop=Shop(world), clock=clock, success=success, declined=declined)
    shop = walk.shop
    shop.context = verified(CUSTOMER) if stage.issuer else {}
    assert shop.request("GET /products").status == 200
    shop.add_product(NEW, NEW.title())
    walk.order("dispatched", sku=NEW)
    world.settle()
    world.redeliver()
    for journey in filter(None, map(journey_of, CONSUMERS)):
        journey(walk)
        world.settle()
    # A customer's order, also on a stage that takes no customers' orders.
    line = msgspec.structs.replace(TRUMPET, sku=SKU)
    fact = order_placed(line, token=success)
    event = placed(msgspec.structs.replace(fact, customer="ROBIN"))
    DynamoLog(client_factory()("dynamodb"), world.log).append(event)
    world.settle()
    assert shop.request("GET /orders").status == (200 if stage.issuer else 404)
    _send_other_types(world)
    _request_all(world, shop.context, next(iter(walk.ends)).id)
    for consumer in CONSUMERS:
        world.send(consumer.name, "poison")
    world.put(world.log, {"subject": {"S": "strange"}, "slot": {"S": "placed"}})
    world.settle()
    assert {order: shop.show(*order).body["status"] for order in walk.ends} == walk.ends
    return [*(order.id for order in walk.ends), event.subject]


def _send_other_types(world: World) -> None:
    """Publish an event of each subscribed type that no journey had."""
    log = DynamoLog(client_factory()("dynamodb"), world.log)
    had = {item["type"] for item in world.table(world.log)}
    for consumer in CONSUMERS:
        for event, known in subscribed_events(consumer):
            if event.type not in had:
                for each in known:
                    log.append(each)
                had.add(event.type)
    world.settle()


def _answer(world: World, consumer: str, event: dict[str, Any], _: Any) -> Any:
    return world.invoke(consumer, event)


def _request_all(world: World, context: dict[str, Any], order: str) -> None:
    """Request every route of the consumers, about an order and with examples of parameters."""
    for consumer in CONSUMERS:
        customer = Customer(partial(_answer, world, consumer.name))
        customer.context = context
        for route in consumer.routes:
            query = {
                param.name: example
                for param in route.params
                if param.where == "query"
                for example in msgspec.json.schema(param.form).get("examples", [])[:1]
            }
            path = dict.fromkeys(route.path_parameters, order)
            assert customer.request(route.key, path=path, query=query).status < 500


def forget_all(stage: Stage, recorder: Recorder, orders: list[str]) -> None:
    connection = Connection(stage=stage.name, client=client_factory())
    with patch.object(Connection, "acting_as") as acting_as:
        acting_as.side_effect = lambda role, _: replace(connection, client=recorder.clients(role))
        for order in orders:
            done = forget.forget(connection, Options(stage=stage.name), order, yes=True)
            assert done is ExitCode.DONE
