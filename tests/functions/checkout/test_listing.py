"""A customer's list: their own orders only, the newest first, a page at a time."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from functions.checkout.identity import letters
from functions.checkout.listing import MOST, USUAL
from functions.framework.ports import Row
from functions.orders.projection import row
from functions.runtime.memory.rows import MemoryRows
from tests.functions.checkout.conftest import Answer, Shop
from tests.support.builders import ISSUER, Clock

ROBIN = "auth0|robin"
KIM = "auth0|kim"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.guard(ROBIN)
    return shop


def order(shop: Shop, clock: Clock, number: int) -> list[str]:
    """Place and list so many orders a second apart, and return their ids, the newest first."""
    placed = []
    for each in range(number):
        clock.advance(seconds=1)
        placed.append(shop.place(key=str(UUID(int=each))).body["id"])
        listed = row(shop.log.read(placed[-1]))
        assert listed is not None
        shop.listed.put(listed)
    return placed[::-1]


def look(shop: Shop, **query: str) -> Answer:
    return shop.send(
        {
            "routeKey": "GET /orders",
            "requestContext": shop.context,
            "queryStringParameters": query or None,
        }
    )


def ids(answer: Answer) -> list[str]:
    return [each["id"] for each in answer.body["orders"]]


def pages(shop: Shop, limit: str) -> list[list[str]]:
    """Return all pages, each asked for with the cursor of the one before."""
    answers = [look(shop, limit=limit)]
    while "cursor" in answers[-1].body:
        answers.append(look(shop, limit=limit, cursor=answers[-1].body["cursor"]))
    return [ids(answer) for answer in answers]


def test_orders_are_listed_the_newest_first(shop: Shop, clock: Clock) -> None:
    placed = order(shop, clock, 3)
    answer = look(shop)

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


def test_who_ordered_nothing_has_an_empty_list(shop: Shop) -> None:
    assert look(shop).body == {"orders": []}


@pytest.mark.parametrize(
    ("limit", "sizes"), [("2", [2, 2, 1]), ("5", [5]), ("4", [4, 1]), ("1", [1] * 5), ("100", [5])]
)
def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    shop: Shop, clock: Clock, limit: str, sizes: list[int]
) -> None:
    placed = order(shop, clock, 5)
    found = pages(shop, limit)

    assert [len(page) for page in found] == sizes
    assert [order for page in found for order in page] == placed


def test_a_page_is_of_a_usual_size_unless_told(shop: Shop, clock: Clock) -> None:
    order(shop, clock, USUAL + 1)

    assert len(ids(look(shop))) == USUAL


def test_an_order_that_comes_meanwhile_moves_no_page(shop: Shop, clock: Clock) -> None:
    placed = order(shop, clock, 4)
    cursor = look(shop, limit="2").body["cursor"]
    clock.advance(hours=1)
    order(shop, clock, 7)

    assert ids(look(shop, limit="2", cursor=cursor)) == placed[2:]


def test_a_page_is_asked_for_by_one_read_of_the_callers_rows(
    shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(shop, clock, 2)
    asked: list[tuple[str, Mapping[str, Any]]] = []
    page = MemoryRows.page

    def watched(rows: MemoryRows, partition: str, **how: Any) -> Sequence[Row]:
        asked.append((partition, how))
        return page(rows, partition, **how)

    monkeypatch.setattr(MemoryRows, "page", watched)
    shop.log.calls.clear()
    look(shop, limit="1")

    (customer,) = {each.partition for each in shop.listed.all()}
    assert asked == [(customer, {"limit": 2, "after": None, "newest_first": True})]
    assert shop.log.calls == []


# -- whose list ------------------------------------------------------------------------------------


def test_nobody_sees_anothers_orders(shop: Shop, clock: Clock) -> None:
    order(shop, clock, 3)
    shop.guard(KIM)

    assert look(shop).body == {"orders": []}


def test_anothers_cursor_is_refused(shop: Shop, clock: Clock) -> None:
    order(shop, clock, 3)
    robins = look(shop, limit="1").body["cursor"]
    shop.guard(KIM)
    order(shop, clock, 3)
    answer = look(shop, cursor=robins)

    assert (answer.status, answer.problem) == (400, "malformed-query")
    assert answer.body["field"] == "cursor"


def test_a_cursor_with_any_letter_changed_is_refused(shop: Shop, clock: Clock) -> None:
    order(shop, clock, 2)
    cursor = look(shop, limit="1").body["cursor"]
    changed = [
        cursor[:at] + letter + cursor[at + 1 :]
        for at in range(len(cursor))
        for letter in "A_z=\n"
        if cursor[at] != letter
    ]

    assert {look(shop, cursor=each).status for each in changed} == {400}


@pytest.mark.parametrize(
    "cursor",
    ["", "=", "A", "MTIz", "%00", "\N{SNOWMAN}", "\ud800", "_" * 10_000, "Cg", "1,2"],
)
def test_what_is_no_cursor_is_refused(shop: Shop, clock: Clock, cursor: str) -> None:
    order(shop, clock, 2)
    answer = look(shop, cursor=cursor)

    assert (answer.status, answer.problem, answer.body["field"]) == (
        400,
        "malformed-query",
        "cursor",
    )


def test_a_cursor_is_written_into_a_query_as_it_is(shop: Shop, clock: Clock) -> None:
    order(shop, clock, 2)

    assert re.fullmatch("[A-Za-z0-9_-]+", look(shop, limit="1").body["cursor"])


def test_a_cursor_and_more_is_refused(shop: Shop, clock: Clock) -> None:
    order(shop, clock, 2)
    cursor = look(shop, limit="1").body["cursor"]

    for more in ("=", "==", "A", " ", "A" * 500):
        assert look(shop, cursor=cursor + more).status == 400


def test_a_cursor_that_names_no_place_is_refused_whoever_could_work_it_out(
    shop: Shop, clock: Clock
) -> None:
    order(shop, clock, 2)
    (customer,) = {each.partition for each in shop.listed.all()}
    cursor = base64.urlsafe_b64encode(f"\n{letters(f'{customer}\n')}".encode()).decode()

    assert look(shop, cursor=cursor).status == 400


@pytest.mark.parametrize(
    "limit", ["", "0", "-1", "+1", "01", "101", "1000", "1.0", "1e1", " 1", "1,2", "٣", "ten"]
)
def test_a_limit_out_of_bounds_is_refused(shop: Shop, limit: str) -> None:
    answer = look(shop, limit=limit)

    assert (answer.status, answer.problem, answer.body["field"]) == (
        400,
        "malformed-query",
        "limit",
    )
    assert str(MOST) in answer.body["detail"]


def test_guests_have_no_list_and_are_told_why(shop: Shop, clock: Clock) -> None:
    order(shop, clock, 1)
    shop.guard(ROBIN, issuer=None)
    answer = look(shop)

    assert (answer.status, answer.problem) == (404, "no-such-route")
    assert "guests" in answer.body["detail"]


def test_who_shows_no_token_is_not_told_either(shop: Shop) -> None:
    shop.guard(None, issuer=ISSUER)

    assert look(shop).status == 401
