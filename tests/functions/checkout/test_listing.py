"""A customer's order list: their own orders only, the newest first, in pages."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from functions.checkout.listing import DEFAULT_LIMIT, MAX_LIMIT
from functions.framework.customer import short_hash
from functions.framework.ports import Row
from functions.orders.projection import row
from functions.runtime.memory.rows import MemoryRows
from testkit.builders import ISSUER, Clock
from testkit.customer import HttpAnswer
from tests.functions.checkout.conftest import MemoryShop

ROBIN = "auth0|robin"
KIM = "auth0|kim"


@pytest.fixture
def shop(shop: MemoryShop) -> MemoryShop:
    shop.guard(ROBIN)
    return shop


def order(shop: MemoryShop, clock: Clock, number: int) -> list[str]:
    """Place and list orders one second apart; return their ids, the newest first."""
    placed = []
    for each in range(number):
        clock.advance(seconds=1)
        placed.append(shop.place(key=str(UUID(int=each))).body["id"])
        listed = row(shop.log.read(placed[-1]))
        assert listed is not None
        shop.listed.put(listed)
    return placed[::-1]


def list_orders(shop: MemoryShop, **query: str) -> HttpAnswer:
    return shop.send(
        {
            "routeKey": "GET /orders",
            "requestContext": shop.context,
            "queryStringParameters": query or None,
        }
    )


def ids(answer: HttpAnswer) -> list[str]:
    return [each["id"] for each in answer.body["orders"]]


def pages(shop: MemoryShop, limit: str) -> list[list[str]]:
    """Return all pages, each read with the cursor of the page before."""
    answers = [list_orders(shop, limit=limit)]
    while "cursor" in answers[-1].body:
        answers.append(list_orders(shop, limit=limit, cursor=answers[-1].body["cursor"]))
    return [ids(answer) for answer in answers]


def test_orders_are_listed_the_newest_first(shop: MemoryShop, clock: Clock) -> None:
    placed = order(shop, clock, 3)
    answer = list_orders(shop)

    assert ids(answer) == placed
    assert "cursor" not in answer.body
    assert answer.body["orders"][0] == {
        "id": placed[0],
        "status": "placed",
        "reason": None,
        "refund": "none",
        "placed": "2026-11-23T09:00:03Z",
        "total": {"amount": 28890, "currency": "EUR"},
        "pieces": 3,
    }


def test_a_customer_without_orders_has_an_empty_list(shop: MemoryShop) -> None:
    assert list_orders(shop).body == {"orders": []}


@pytest.mark.parametrize(
    ("limit", "sizes"), [("2", [2, 2, 1]), ("5", [5]), ("4", [4, 1]), ("1", [1] * 5), ("100", [5])]
)
def test_pages_have_no_gap_and_no_repetition(
    shop: MemoryShop, clock: Clock, limit: str, sizes: list[int]
) -> None:
    placed = order(shop, clock, 5)
    found = pages(shop, limit)

    assert [len(page) for page in found] == sizes
    assert [order for page in found for order in page] == placed


def test_a_page_has_a_default_size(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, DEFAULT_LIMIT + 1)

    assert len(ids(list_orders(shop))) == DEFAULT_LIMIT


def test_a_new_order_moves_no_page(shop: MemoryShop, clock: Clock) -> None:
    placed = order(shop, clock, 4)
    cursor = list_orders(shop, limit="2").body["cursor"]
    clock.advance(hours=1)
    order(shop, clock, 7)

    assert ids(list_orders(shop, limit="2", cursor=cursor)) == placed[2:]


def test_a_page_is_one_query_of_the_callers_rows(
    shop: MemoryShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(shop, clock, 2)
    queries: list[tuple[str, Mapping[str, Any]]] = []
    page = MemoryRows.page

    def recorded(rows: MemoryRows, partition: str, **how: Any) -> Sequence[Row]:
        queries.append((partition, how))
        return page(rows, partition, **how)

    monkeypatch.setattr(MemoryRows, "page", recorded)
    shop.log.reset_mock()
    list_orders(shop, limit="1")

    (customer,) = {each.partition for each in shop.listed.all()}
    assert queries == [(customer, {"limit": 2, "after": None, "newest_first": True})]
    assert shop.log.method_calls == []


# -- ownership -------------------------------------------------------------------------------------


def test_a_customer_does_not_see_the_orders_of_another(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, 3)
    shop.guard(KIM)

    assert list_orders(shop).body == {"orders": []}


def test_the_cursor_of_another_customer_is_refused(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, 3)
    robins = list_orders(shop, limit="1").body["cursor"]
    shop.guard(KIM)
    order(shop, clock, 3)
    answer = list_orders(shop, cursor=robins)

    assert (answer.status, answer.problem) == (400, "malformed-query")
    assert answer.body["field"] == "cursor"


def test_a_cursor_with_any_letter_changed_is_refused(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, 2)
    cursor = list_orders(shop, limit="1").body["cursor"]
    changed = [
        cursor[:at] + letter + cursor[at + 1 :]
        for at in range(len(cursor))
        for letter in "A_z=\n"
        if cursor[at] != letter
    ]

    assert {list_orders(shop, cursor=each).status for each in changed} == {400}


@pytest.mark.parametrize(
    "cursor",
    ["", "=", "A", "MTIz", "%00", "\N{SNOWMAN}", "\ud800", "_" * 10_000, "Cg", "1,2"],
)
def test_an_invalid_cursor_is_refused(shop: MemoryShop, clock: Clock, cursor: str) -> None:
    order(shop, clock, 2)
    answer = list_orders(shop, cursor=cursor)

    assert (answer.status, answer.problem, answer.body["field"]) == (
        400,
        "malformed-query",
        "cursor",
    )


def test_a_cursor_needs_no_escaping_in_a_query(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, 2)

    assert re.fullmatch("[A-Za-z0-9_-]+", list_orders(shop, limit="1").body["cursor"])


def test_a_cursor_with_a_suffix_is_refused(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, 2)
    cursor = list_orders(shop, limit="1").body["cursor"]

    for more in ("=", "==", "A", " ", "A" * 500):
        assert list_orders(shop, cursor=cursor + more).status == 400


def test_a_cursor_without_a_place_is_refused_even_with_its_checksum(
    shop: MemoryShop, clock: Clock
) -> None:
    order(shop, clock, 2)
    (customer,) = {each.partition for each in shop.listed.all()}
    cursor = base64.urlsafe_b64encode(f"\n{short_hash(f'{customer}\n')}".encode()).decode()

    assert list_orders(shop, cursor=cursor).status == 400


@pytest.mark.parametrize(
    "limit", ["", "0", "-1", "+1", "01", "101", "1000", "1.0", "1e1", " 1", "1,2", "٣", "ten"]
)
def test_a_limit_out_of_bounds_is_refused(shop: MemoryShop, limit: str) -> None:
    answer = list_orders(shop, limit=limit)

    assert (answer.status, answer.problem, answer.body["field"]) == (
        400,
        "malformed-query",
        "limit",
    )
    assert str(MAX_LIMIT) in answer.body["detail"]


def test_guests_have_no_list_and_the_detail_says_why(shop: MemoryShop, clock: Clock) -> None:
    order(shop, clock, 1)
    shop.guard(ROBIN, issuer=None)
    answer = list_orders(shop)

    assert (answer.status, answer.problem) == (404, "no-such-route")
    assert "guests" in answer.body["detail"]


def test_a_request_without_a_token_gets_a_401(shop: MemoryShop) -> None:
    shop.guard(None, issuer=ISSUER)

    assert list_orders(shop).status == 401
