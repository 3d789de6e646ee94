"""Catalogue: read once a minute; odd rows and an unreadable table stop the sale of nothing else."""

from unittest.mock import call

import pytest

from functions.checkout.catalogue import MAX_AGE, MAX_PRICE, OLD_AFTER, RETRY_AFTER
from functions.framework.ports import Value
from testkit.builders import Clock
from testkit.customer import BODY, KEY, OTHER_KEY, HttpAnswer
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

    assert header == f"max-age={MAX_AGE}"


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
    clock.advance(seconds=MAX_AGE)
    shop.place(key=OTHER_KEY)

    assert shop.catalogue.method_calls == [call.all(), call.all()]


def test_a_new_price_holds_after_a_minute(shop: MemoryShop, clock: Clock) -> None:
    one = BODY | {"lines": [{"sku": "MUTE-CUP", "quantity": 1}]}
    shop.place(one)
    shop.sell("MUTE-CUP", "Cup mute", 2995)
    before = shop.place(one, key=OTHER_KEY).body["total"]["amount"]
    clock.advance(seconds=MAX_AGE)
    after = shop.place(one, key=None).body["total"]["amount"]

    assert (before, after) == (1995, 2995)


def test_a_withdrawn_product_is_gone_after_a_minute(shop: MemoryShop, clock: Clock) -> None:
    shop.place(key=OTHER_KEY)
    shop.withdraw("MUTE-CUP")
    clock.advance(seconds=MAX_AGE)
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


# -- rows that people write ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sku", "name", "price", "currency", "reason"),
    [
        ("ODD", "Odd", "49.90", "EUR", "Expected `int`, got `str` - at `$.price`"),
        ("ODD", "Odd", -1, "EUR", "`$.price`"),
        ("ODD", "Odd", MAX_PRICE + 1, "EUR", "`$.price`"),
        ("ODD", "Odd", 4990, "euro", "`$.currency`"),
        ("ODD", "", 4990, "EUR", "`$.name`"),
        ("ODD", "Odd\x1b[2J", 4990, "EUR", "`$.name`"),
        ("ODD", "Odd" * 40, 4990, "EUR", "`$.name`"),
        ("TWO WORDS", "Odd", 4990, "EUR", "`$.sku`"),
    ],
)
def test_a_row_that_cannot_be_sold_is_left_out_and_reported_and_the_rest_is_sold(
    shop: MemoryShop, sku: str, name: str, price: Value, currency: str, reason: str
) -> None:
    shop.sell(sku, name, price, currency)
    answer = shop.request("GET /products")

    assert [each["sku"] for each in answer.body["products"]] == ["KAZOO", "MUTE-CUP", "TRUMPET-BB"]
    assert shop.place().status == 200
    (line,) = [line for line in shop.lines.lines if line["outcome"] == "unreadable-row"]
    assert sku in line["detail"]
    assert reason in line["detail"]


def test_a_row_that_is_looked_up_and_cannot_be_sold_is_an_unknown_product(shop: MemoryShop) -> None:
    shop.request("GET /products")
    shop.sell("ODD", "Odd", "49.90")
    answer = shop.place(BODY | {"lines": [{"sku": "ODD", "quantity": 1}]})

    assert (answer.status, answer.problem) == (422, "unknown-sku")
    assert shop.lines.outcomes.count("unreadable-row") == 1


def test_the_largest_prices_and_quantities_are_sold_exactly(shop: MemoryShop) -> None:
    shop.sell("GONG", "Gong", MAX_PRICE)
    answer = shop.place(BODY | {"lines": [{"sku": "GONG", "quantity": 999}]})

    assert answer.body["total"]["amount"] == 999 * MAX_PRICE


# -- a table that cannot be read -------------------------------------------------------------------


def fail(shop: MemoryShop) -> None:
    shop.catalogue.all.side_effect = ConnectionError


def test_while_the_table_cannot_be_read_the_last_copy_is_sold_and_is_called_stale(
    shop: MemoryShop, clock: Clock
) -> None:
    fresh = shop.request("GET /products")
    fail(shop)
    clock.advance(seconds=MAX_AGE)
    stale = shop.request("GET /products")

    assert stale.body == fresh.body | {"stale": True}
    assert stale.headers["cache-control"] == "no-store"
    assert shop.place().status == 200
    shop.catalogue.all.side_effect = None
    clock.advance(seconds=RETRY_AFTER)
    assert shop.request("GET /products") == fresh


def test_a_table_that_cannot_be_read_is_tried_again_every_few_seconds(
    shop: MemoryShop, clock: Clock
) -> None:
    shop.request("GET /products")
    fail(shop)
    clock.advance(seconds=MAX_AGE)
    shop.catalogue.reset_mock(side_effect=False)
    for _ in range(3):
        shop.request("GET /products")
        clock.advance(seconds=RETRY_AFTER - 1)

    assert shop.catalogue.method_calls == [call.all(), call.all()]


def test_a_copy_that_is_old_is_reported(shop: MemoryShop, clock: Clock) -> None:
    shop.request("GET /products")
    fail(shop)
    clock.advance(seconds=OLD_AFTER - RETRY_AFTER)
    shop.request("GET /products")
    reported = shop.lines.outcomes.count("stale")
    clock.advance(seconds=RETRY_AFTER)
    shop.request("GET /products")

    (line,) = (each for each in shop.lines.lines if each["outcome"] == "stale")
    assert reported == 0
    assert line["detail"] == "the catalogue was read 600 s ago; since then: ConnectionError"


def test_without_any_copy_a_request_fails_and_the_next_one_tries_again(shop: MemoryShop) -> None:
    fail(shop)
    assert shop.request("GET /products").status == 500
    shop.catalogue.all.side_effect = None

    assert shop.request("GET /products").status == 200


# -- pages -----------------------------------------------------------------------------------------


def list_products(shop: MemoryShop, **query: str) -> HttpAnswer:
    event = {"routeKey": "GET /products", "requestContext": {}, "queryStringParameters": query}
    return shop.send(event)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_have_all_products_once(shop: MemoryShop, limit: int) -> None:
    found: list[str] = []
    query = {"limit": f"{limit}"}
    while True:
        page = list_products(shop, **query).body
        assert 1 <= len(page["products"]) <= limit
        found += [product["sku"] for product in page["products"]]
        if "cursor" not in page:
            break
        query["cursor"] = page["cursor"]

    assert found == ["KAZOO", "MUTE-CUP", "TRUMPET-BB"]


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "ten", "1.0", ""])
def test_a_limit_that_is_no_number_in_range_is_refused(shop: MemoryShop, limit: str) -> None:
    answer = list_products(shop, limit=limit)

    assert (answer.status, answer.problem) == (400, "malformed-query")
    assert answer.body["field"] == "limit"
