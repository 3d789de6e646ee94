"""What inventory states: stock was reserved or not, and given back."""

from typing import ClassVar

import msgspec

from events.envelope import Fact

RESERVE = "inventory/reserve"
RELEASE = "inventory/release"


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """So many pieces of a product."""

    sku: str
    quantity: int


class _InventoryFact(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("inventory",)


class StockReserved(_InventoryFact, frozen=True, kw_only=True):
    """The pieces were taken out of the available stock, all of them."""

    slots: ClassVar[tuple[str, ...]] = (RESERVE,)

    lines: tuple[Reserved, ...]


class StockRejected(_InventoryFact, frozen=True, kw_only=True):
    """There was not enough of `skus`, so nothing was taken."""

    slots: ClassVar[tuple[str, ...]] = (RESERVE,)

    skus: tuple[str, ...]


class StockVoided(_InventoryFact, frozen=True, kw_only=True):
    """The order was cancelled before stock was taken, and none will be."""

    slots: ClassVar[tuple[str, ...]] = (RESERVE,)


class StockReleased(_InventoryFact, frozen=True, kw_only=True):
    """The pieces were put back into the available stock."""

    slots: ClassVar[tuple[str, ...]] = (RELEASE,)

    lines: tuple[Reserved, ...]
