"""Catalogue: read at most once a minute, and once more for an unknown SKU."""

from unittest.mock import call

import pytest

from functions.checkout.catalogue import MAX_AGE
from testkit.builders import Clock
from testkit.customer import BODY, KEY, OTHER_KEY
from tests.functions.checkout.conftest import MemoryShop


def test_the_products_are_listed_by_sku_with_their_prices(shop: MemoryShop) -> None:
    answer = shop.request("GET /products")

    assert answer.status == 200
    assert answer.body == {
        "products": [
            {"sku": "KAZOO", "name": "Kazoo", "price": 499, "currency": "USD"},
            {"sku": "MUTE-CUP", "name": "Cup mute", "price": 1995, "currency": "EUR"},
            {"sku": "TRUMPET-BB", "name": "Trumpet in B flat", "price": 24900, "currency": "EUR"},
        ]
    }


def test_the_products_may_be_cached_as_long_as_the_catalogue_is(shop: MemoryShop) -> None:
    header = shop.request("GET /products").headers["cache-control"]

    assert header == f"max-age={MAX_AGE.total_seconds():.0f}"


def test_building_the_shop_reads_nothing(shop: MemoryShop) -> None:
    assert shop.catalogue.method_calls == []


def test_within_a_minute_the_table_is_read_once(shop: MemoryShop, clock: Clock) -> None:
    for _ in range(3):
        shop.request("GET /products")
        shop.place(key=None)
        clock.advance(seconds=19)

    assert shop.catalogue.method_calls == [call.all()]


def test_after_a_minute_the_table_is_read_again(shop: MemoryShop, clock: Clock) -> None:
    shop.place()
    clock.advance(seconds=MAX_AGE.total_seconds())
    shop.place(key=OTHER_KEY)

    assert shop.catalogue.method_calls == [call.all(), call.all()]


def test_a_new_price_holds_after_a_minute(shop: MemoryShop, clock: Clock) -> None:
    one = BODY | {"lines": [{"sku": "MUTE-CUP", "quantity": 1}]}
    shop.place(one)
    shop.sell("MUTE-CUP", "Cup mute", 2995)
    before = shop.place(one, key=OTHER_KEY).body["total"]["amount"]
    clock.advance(seconds=MAX_AGE.total_seconds())
    after = shop.place(one, key=None).body["total"]["amount"]

    assert (before, after) == (1995, 2995)


def test_a_withdrawn_product_is_gone_after_a_minute(shop: MemoryShop, clock: Clock) -> None:
    shop.place(key=OTHER_KEY)
    shop.withdraw("MUTE-CUP")
    clock.advance(seconds=MAX_AGE.total_seconds())
    answer = shop.place()

    assert (answer.status, answer.problem) == (422, "unknown-sku")


def test_a_new_product_is_looked_up_once(shop: MemoryShop) -> None:
    shop.request("GET /products")
    shop.sell("CORNET", "Cornet", 19900)
    for key in (KEY, OTHER_KEY):
        shop.place(BODY | {"lines": [{"sku": "CORNET", "quantity": 1}]}, key=key)

    assert shop.catalogue.method_calls == [call.all(), call.get("CORNET")]


@pytest.mark.parametrize("known", [True, False])
def test_an_unknown_sku_costs_one_more_read(shop: MemoryShop, known: bool) -> None:
    if known:
        shop.request("GET /products")
    shop.catalogue.reset_mock()
    shop.place(BODY | {"lines": [{"sku": "THEREMIN", "quantity": 1}]})

    assert shop.catalogue.method_calls == [*([] if known else [call.all()]), call.get("THEREMIN")]
