"""Workload on one stage in which every function makes every kind of AWS call that it can make."""

from datetime import timedelta
from unittest.mock import patch

import msgspec
from time_machine import Traveller

from functions.analytics import daily_sums
from functions.analytics.service import SERVICE as ANALYTICS
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
from tests.iam.recorder import Recorder
from tests.support.builders import order_placed, placed
from tests.system.shop import SOLD_OUT, Placed, Shop
from tests.system.world import World

DAYS = 14
"""The days that analytics sums up here; each day of its usual quarter would cost some queries."""

CUSTOMER = "auth0|robin"

NEW = "CORNET"
"""A product that is added after the catalogue was read."""


class Workload:
    """Orders of all kinds in a stage's world, and messages that are no events."""

    def __init__(self, world: World, stage: Stage, clock: Traveller) -> None:
        self._world = world
        self._stage = stage
        self._clock = clock
        self._shop = Shop(world)
        self._shop.subject = CUSTOMER if stage.issuer else None

    def run(self, *, success: str, declined: str) -> list[str]:
        """Run all cases with these tokens of the gateway; return the ids of the orders."""
        world, shop = self._world, self._shop
        assert shop.request("GET /products").status == 200
        shop.add_product(NEW, NEW.title())
        ended = {
            shop.order(NEW, token=success): "dispatched",
            shop.order(token=declined): "cancelled",
            self._refunded(success): "cancelled",
            self._cancelled(success): "cancelled",
        }
        world.settle()
        world.redeliver()
        ended |= {
            self._stalled(success): "cancelled",
            self._delivered_late(success): "dispatched",
        }
        orders = [*ended, self._of_a_customer()]
        self._list()
        self._poison()
        self._unpublishable()
        world.settle()
        assert {order: shop.show(order).body["status"] for order in ended} == ended
        return [order.id for order in orders]

    # -- ends of orders ----------------------------------------------------------------------------

    def _refunded(self, token: str) -> Placed:
        """Order a sold-out product, with inventory paused until the payment is captured."""
        self._world.paused = {"inventory"}
        order = self._shop.order(sku=SOLD_OUT, token=token)
        self._world.settle()
        self._world.paused = set()
        return order

    def _cancelled(self, token: str) -> Placed:
        """Cancel an order at once."""
        order = self._shop.order(token=token)
        assert self._shop.cancel(order).status == 200
        return order

    def _stalled(self, token: str) -> Placed:
        """Pause payment until the order is stalled and cancelled."""
        self._world.paused = {PAYMENT.name}
        order = self._shop.order(token=token)
        self._world.settle()
        self._clock.shift(STALLED_AFTER)
        self._world.tick(ORDERS.name)
        self._world.paused = set()
        self._world.settle()
        return order

    def _delivered_late(self, token: str) -> Placed:
        """Deliver to shipping after the carrier's key has expired, and to analytics after the day
        was summed up.
        """
        self._world.paused = {SHIPPING.name, ANALYTICS.name}
        order = self._shop.order(token=token)
        self._world.settle()
        self._clock.shift(timedelta(days=3))
        self._sum_up()
        self._world.paused = set()
        self._world.settle()
        self._sum_up()
        return order

    def _sum_up(self) -> None:
        with patch.object(daily_sums, "LONGEST", DAYS):
            self._world.tick(ANALYTICS.name)

    def _of_a_customer(self) -> Placed:
        """Append a customer's order, also on a stage that takes no customers' orders."""
        event = placed(msgspec.structs.replace(order_placed(), customer="ROBIN"))
        DynamoLog(client_factory()("dynamodb"), self._world.log).append(event)
        self._world.settle()
        return Placed(event.subject, "")

    # -- other requests and messages ---------------------------------------------------------------

    def _list(self) -> None:
        listed = self._shop.request("GET /orders")
        assert listed.status == (200 if self._stage.issuer else 404)

    def _poison(self) -> None:
        """Send every consumer a message that does not decode."""
        for consumer in CONSUMERS:
            self._world.send(consumer.name, "poison")

    def _unpublishable(self) -> None:
        """Put an item into the log that is not an event."""
        strange = {"subject": {"S": "strange"}, "slot": {"S": "placed"}}
        self._world.put(self._world.log, strange)


def forget_all(stage: Stage, recorder: Recorder, orders: list[str]) -> None:
    """Run `forget` on orders, under the roles for it."""
    connection = Connection(stage=stage.name, client=client_factory())

    def acting_as(self: Connection, role: str, session: str) -> Connection:
        return Connection(stage=self.stage, client=recorder.clients(role))

    with patch.object(Connection, "acting_as", acting_as):
        for order in orders:
            done = forget.forget(connection, Options(stage=stage.name), order, yes=True)
            assert done is ExitCode.DONE
