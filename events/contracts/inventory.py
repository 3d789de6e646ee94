"""Contracts of inventory: stock was reserved, rejected, voided or released."""

from typing import ClassVar

import msgspec

from events.envelope import Fact

RESERVE = "inventory/reserve"
RELEASE = "inventory/release"


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity of one product, in pieces."""

    sku: str
    quantity: int


class _InventoryFact(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("inventory",)


class StockReserved(_InventoryFact, frozen=True, kw_only=True):
    """All pieces of the order were taken out of the available stock."""

    slots: ClassVar[tuple[str, ...]] = (RESERVE,)

    lines: tuple[Reserved, ...]


class StockRejected(_InventoryFact, frozen=True, kw_only=True):
    """The available stock of `skus` was too low, so no stock was taken."""

    slots: ClassVar[tuple[str, ...]] = (RESERVE,)

    skus: tuple[str, ...]


class StockVoided(_InventoryFact, frozen=True, kw_only=True):
    """The order was cancelled before stock was taken; none will be taken."""

    slots: ClassVar[tuple[str, ...]] = (RESERVE,)


class StockReleased(_InventoryFact, frozen=True, kw_only=True):
    """The reserved pieces were put back into the available stock."""

    slots: ClassVar[tuple[str, ...]] = (RELEASE,)

    lines: tuple[Reserved, ...]
