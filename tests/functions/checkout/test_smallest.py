"""The smallest valid order: one piece of one line, every text of one character."""

from events.contracts.checkout import OrderPlaced
from tests.functions.checkout.conftest import MemoryShop

SMALLEST = {
    "lines": [{"sku": "1", "quantity": 1}],
    "email": "a@b.de",
    "ship_to": {"name": "X", "street": "1", "city": "A",
                "postal_code": "1", "country": "DE"},
    "payment_token": "t",
}  # fmt: skip


def test_the_smallest_order_is_accepted(shop: MemoryShop) -> None:
    shop.sell("1", "A", 100)

    answer = shop.place(SMALLEST)

    assert answer.status == 200, answer.body
    placed = shop.log.read(answer.body["id"]).find(OrderPlaced)
    assert placed is not None
    assert (placed.data.total.amount, placed.data.ship_to.postal_code) == (100, "1")
