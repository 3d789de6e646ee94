"""Bill of a stage: the cost of a month without orders, and the cost of a number of orders."""

import msgspec

from ops.costs.bill_line import BillLine
from ops.costs.counted_run import CountedRun
from ops.costs.idle import idle
from ops.costs.limits import Limit, limits
from ops.costs.order_costs import busy, keeping
from ops.stage.templates import Blueprint


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """The costs of a month: `idle` without orders, `busy` added by orders.

    `keeping` is the storage of these orders, for each following month; `limits` are throughput
    limits, the lowest first.
    """

    stage: str
    orders: int
    idle: tuple[BillLine, ...]
    busy: tuple[BillLine, ...]
    keeping: tuple[BillLine, ...]
    limits: tuple[Limit, ...]


def bill(stage: str, blueprint: Blueprint, orders: int) -> Bill:
    """Return the bill of a stage, from its templates and from one successful order's usage."""
    run = CountedRun()
    run.order()
    return Bill(
        stage=stage,
        orders=orders,
        idle=tuple(idle(blueprint)),
        busy=tuple(busy(blueprint, run.usage, orders)),
        keeping=tuple(keeping(blueprint, run.usage, orders)),
        limits=limits(blueprint, run.usage),
    )
