"""Walk over one stage: orders with their expected ends, and the consumers' own journeys.

A consumer whose test folder has a `journey.py` needs special circumstances for some of its calls of
AWS; with its journey it makes them all, so it may have no other grants.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module

from time_machine import Traveller

from functions.framework.service import Consumer
from ops.paths import ROOT
from tests.system.shop import SKU, Placed, Shop
from tests.system.world import World


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A stage and its customer; `success` and `declined` are tokens of the gateway."""

    world: World
    shop: Shop
    clock: Traveller
    success: str
    declined: str
    ends: dict[Placed, str] = field(default_factory=dict)

    def order(self, end: str, *, sku: str = SKU, token: str | None = None) -> Placed:
        """Place an order that ends with a status."""
        order = self.shop.order(sku, token=token or self.success)
        self.ends[order] = end
        return order

    @contextmanager
    def paused(self, *consumers: Consumer) -> Iterator[None]:
        self.world.paused = {consumer.name for consumer in consumers}
        yield
        self.world.paused = set()


def journey_of(consumer: Consumer) -> Callable[[Walk], None] | None:
    """Return a consumer's own journey, if its test folder has one."""
    module = f"tests.functions.{consumer.name}.journey"
    if not (ROOT / f"{module.replace('.', '/')}.py").exists():
        return None
    journey: Callable[[Walk], None] = import_module(module).journey
    return journey
