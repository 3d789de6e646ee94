"""Idempotency-Key: the same key is the same order and the same answer."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest

from functions.checkout import place
from functions.checkout.catalogue import MAX_AGE, Catalogue
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import NOW, Clock
from testkit.customer import BODY, KEY, ORDER, OTHER_KEY
from tests.functions.checkout.conftest import TOTAL, MemoryShop, only_event


def test_the_same_key_gives_the_same_order_and_the_same_answer(
    shop: MemoryShop, clock: Clock
) -> None:
    first = shop.place()
    clock.advance(days=3)

    assert shop.place() == first
    assert shop.place(key=KEY.upper()) == first
    assert only_event(shop).time == NOW


def test_the_answer_is_the_same_after_a_price_change(shop: MemoryShop, clock: Clock) -> None:
    first = shop.place(BODY | {"expected_total": TOTAL})
    shop.sell("TRUMPET-BB", "Trumpet in B flat", 99900)
    clock.advance(seconds=MAX_AGE)

    assert shop.place(BODY | {"expected_total": TOTAL}) == first


def test_the_answer_is_the_same_after_a_product_was_removed(shop: MemoryShop, clock: Clock) -> None:
    first = shop.place()
    shop.withdraw("TRUMPET-BB")
    clock.advance(seconds=MAX_AGE)

    assert shop.place() == first


def test_the_answer_is_the_same_from_another_worker(shop: MemoryShop) -> None:
    first = shop.place()
    shop.restart()

    assert shop.place() == first


def test_an_order_whose_address_is_refused_today_is_still_answered(
    shop: MemoryShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = BODY | {"email": "müller@example.com"}
    with monkeypatch.context() as earlier:
        earlier.setattr(place, "check_email", lambda _: None)
        first = shop.place(body)

    assert shop.place(body) == first
    assert shop.place(body, key=OTHER_KEY).status == 422


@pytest.fixture
def fast_switching() -> Iterator[None]:
    """Switch threads as often as possible."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_concurrent_requests_get_the_same_answer(shop: MemoryShop, fast_switching: None) -> None:
    together = Barrier(8)

    def send(number: int) -> Any:
        shop_of_mine = MemoryShop(shop.clock, MemoryObserver())
        shop_of_mine.log = shop.log
        shop_of_mine.restart()
        together.wait()
        return shop_of_mine.place(traceparent=f"00-{number + 1:032x}-{'1' * 16}-01")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert len(shop.log.read(ORDER)) == 1


@pytest.mark.parametrize(
    "other",
    [
        BODY | {"lines": BODY["lines"][:1]},
        BODY | {"email": "someone.else@example.com"},
        BODY | {"ship_to": BODY["ship_to"] | {"city": "Bonn"}},
        BODY | {"delivery": "express"},
    ],
    ids=["lines", "email", "address", "delivery"],
)
def test_the_same_key_with_another_request_is_refused_and_names_the_order(
    shop: MemoryShop, other: dict[str, Any]
) -> None:
    shop.place()
    before = only_event(shop)
    answer = shop.place(other)

    assert (answer.status, answer.problem) == (422, "key-reused")
    assert answer.body["field"] == "Idempotency-Key"
    assert answer.body["detail"] == (
        f"This Idempotency-Key has placed order {before.subject}, of other lines, another address"
        " or another delivery. Look at that order first; a new key places a second order."
    )
    assert answer.body["order"] == before.subject
    assert answer.headers["location"] == f"orders/{before.subject}"
    assert only_event(shop) == before


@pytest.mark.parametrize(
    "again",
    [
        BODY | {"payment_token": "tok_declined"},
        BODY | {"expected_total": TOTAL},
        BODY | {"expected_total": TOTAL | {"amount": 1}},
    ],
    ids=["card token", "expected total", "another expected total"],
)
def test_a_new_try_of_the_same_intention_gets_the_order_that_exists(
    shop: MemoryShop, again: dict[str, Any]
) -> None:
    first = shop.place()

    assert shop.place(again) == first
    assert only_event(shop).data.payment_token == BODY["payment_token"]


def test_a_key_in_double_quotes_is_the_same_key(shop: MemoryShop) -> None:
    first = shop.place()

    assert shop.place(key=f'"{KEY}"') == first


def test_an_order_that_exists_is_answered_while_the_catalogue_cannot_be_read(
    shop: MemoryShop,
) -> None:
    first = shop.place()
    shop.restart()

    with patch.object(Catalogue, "find", side_effect=ConnectionError):
        assert shop.place() == first
        assert shop.place(key=OTHER_KEY).status == 500


def test_the_same_key_with_an_unpriced_request_is_refused(
    shop: MemoryShop,
) -> None:
    shop.place()
    answer = shop.place(BODY | {"lines": [{"sku": "THEREMIN", "quantity": 1}]})

    assert (answer.status, answer.problem) == (422, "key-reused")


def test_a_request_from_before_delivery_existed_is_still_the_same_request(
    shop: MemoryShop,
) -> None:
    first = shop.place()
    item = shop.log.items()[ORDER]["placed"]
    data = json.loads(item["data"]["S"])
    del data["delivery"], data["customer"]
    data["fingerprint"] = "6e803f0bdabb2041024966"  # see test_request.py
    shop.log.put_item({**item, "dataversion": {"N": "1"}, "data": {"S": json.dumps(data)}})
    assert only_event(shop).data.delivery == "standard"

    assert shop.place() == first
    assert shop.place(BODY | {"delivery": "standard"}) == first
    assert shop.place(BODY | {"delivery": "express"}).problem == "key-reused"


def test_another_key_is_another_order(shop: MemoryShop) -> None:
    assert shop.place(key=OTHER_KEY).body["id"] != shop.place().body["id"]
