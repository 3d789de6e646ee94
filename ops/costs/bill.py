"""The bill of a stage: what it costs to be there for a month, and what so many orders cost."""

import msgspec

from ops.costs.idle import idle
from ops.costs.limits import Limit, limits
from ops.costs.line import Line
from ops.costs.orders import busy, keeping
from ops.costs.play import Play
from ops.stage.templates import Blueprint


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What a month costs in which nothing happens, and what is added by orders in a month.

    `keeping` is what is stored of these orders, for every month from then on; `limits` are what is
    met first if they come fast.
    """

    stage: str
    orders: int
    idle: tuple[Line, ...]
    busy: tuple[Line, ...]
    keeping: tuple[Line, ...]
    limits: tuple[Limit, ...]


def bill(stage: str, blueprint: Blueprint, orders: int) -> Bill:
    """Return the bill of a stage, from its templates and from a happy order that is counted."""
    play = Play()
    play.order()
    return Bill(
        stage=stage,
        orders=orders,
        idle=tuple(idle(blueprint)),
        busy=tuple(busy(blueprint, play.usage, orders)),
        keeping=tuple(keeping(blueprint, play.usage, orders)),
        limits=limits(blueprint, play.usage),
    )
