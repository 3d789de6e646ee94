"""Orders of one line to fifty on a stage: every line is paid, reserved, mailed and given back."""

import pytest

from events.contracts.checkout import MAX_LINES
from functions.payment.sandbox import DECLINED
from tests.system.shop import PRICE, SKU, STOCK, Shop
from tests.system.world import World

SIZES = [1, 25, MAX_LINES]
"""Lines; with 25, the transaction has 26 items: 25 were once the most."""

PARTS = [f"PART-{number}" for number in range(1, MAX_LINES)]


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    for sku in PARTS:
        shop.add_product(sku, sku.title())
    return shop


def stock_of(shop: Shop, size: int) -> tuple[set[int], set[int]]:
    """Return the stock of the first products, and of all others."""
    skus = (SKU, *PARTS)
    return {*map(shop.available, skus[:size])}, {*map(shop.available, skus[size:])} - {STOCK}


@pytest.mark.parametrize("size", SIZES)
def test_every_line_of_an_order_is_paid_and_reserved(
    world: World, stocked: Shop, size: int
) -> None:
    order = stocked.order(quantity=2, others=PARTS[: size - 1])

    world.settle()

    shown = stocked.show(*order).body
    assert (shown["status"], len(shown["lines"])) == ("dispatched", size)
    assert shown["total"]["amount"] == size * 2 * PRICE
    assert stock_of(stocked, size) == ({STOCK - 2}, set())


@pytest.mark.parametrize("size", SIZES)
def test_every_line_of_a_cancelled_order_is_given_back(
    world: World, stocked: Shop, size: int
) -> None:
    world.paused = {"payment"}
    order = stocked.order(token=DECLINED, quantity=2, others=PARTS[: size - 1])
    world.settle()
    assert stock_of(stocked, size) == ({STOCK - 2}, set())

    world.paused = set()
    world.settle()

    assert stocked.show(*order).body["status"] == "cancelled"
    assert stock_of(stocked, size) == ({STOCK}, set())
