"""Placing an order: the shop prices it, writes it once and answers at once."""

import base64
import json
from typing import Any
from unittest.mock import ANY, call
from uuid import UUID

import pytest

from events.contracts.checkout import MAX_QUANTITY
from events.money import Money
from functions.checkout.identity import order_id
from testkit.builders import EMAIL, NOW
from testkit.customer import BODY, KEY, ORDER, OTHER_KEY
from tests.functions.checkout.conftest import TOTAL, MemoryShop, only_event
from tests.functions.conftest import Logged


def test_the_answer_has_the_order_and_its_location(shop: MemoryShop) -> None:
    answer = shop.place()

    assert answer.status == 200
    assert answer.body == {
        "id": ORDER,
        "status": "placed",
        "total": TOTAL,
        "lines": [
            {
                "sku": "TRUMPET-BB",
                "name": "Trumpet in B flat",
                "quantity": 1,
                "unit_price": 24900,
            },
            {"sku": "MUTE-CUP", "name": "Cup mute", "quantity": 2, "unit_price": 1995},
        ],
        "idempotency_key": KEY,
    }
    assert answer.headers["location"] == f"orders/{ORDER}"
    assert answer.headers["idempotency-key"] == KEY


def test_one_fact_is_written_and_nothing_else_is_called(shop: MemoryShop) -> None:
    shop.place()

    assert shop.log.method_calls == [call.append(ANY)]
    event = only_event(shop)
    assert (event.id, event.source, event.time) == (f"{ORDER}/placed", "checkout", NOW)
    assert (event.correlationid, event.causationid) == ("request-1", None)
    assert event.data.total == Money(amount=28890, currency="EUR")
    assert (event.data.email, event.data.payment_token) == (EMAIL, "tok_success")


@pytest.mark.parametrize(
    ("chosen", "delivery"),
    [
        ({}, "standard"),
        ({"delivery": "standard"}, "standard"),
        ({"delivery": "express"}, "express"),
    ],
)
def test_the_customer_chooses_the_delivery(
    shop: MemoryShop, chosen: dict[str, str], delivery: str
) -> None:
    shop.place(BODY | chosen)

    assert only_event(shop).data.delivery == delivery


def test_the_price_is_the_catalogues(shop: MemoryShop) -> None:
    shop.sell("TRUMPET-BB", "Trumpet in B flat", 1)

    assert shop.place().body["total"]["amount"] == 1 + 2 * 1995


def test_equal_skus_are_one_line(shop: MemoryShop) -> None:
    thrice = [{"sku": "MUTE-CUP", "quantity": n} for n in (1, 2, MAX_QUANTITY - 3)]
    answer = shop.place(BODY | {"lines": thrice})

    assert [line["quantity"] for line in answer.body["lines"]] == [MAX_QUANTITY]
    assert answer.body["total"]["amount"] == MAX_QUANTITY * 1995


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_is_accepted_in_any_spelling_of_its_type(shop: MemoryShop, kind: str) -> None:
    assert shop.place(content_type=kind).status == 200


def test_a_base64_body_is_accepted(shop: MemoryShop) -> None:
    event = {
        "routeKey": "POST /checkout",
        "requestContext": {},
        "headers": {"content-type": "application/json", "idempotency-key": KEY},
        "body": base64.b64encode(json.dumps(BODY).encode()).decode(),
        "isBase64Encoded": True,
    }

    assert shop.send(event).body["id"] == ORDER


def test_names_and_streets_in_any_alphabet_are_accepted(shop: MemoryShop) -> None:
    place = {"name": "Робин 例", "street": "Straße des 17. Juni", "city": "Łódź \N{TRUMPET}"}
    shop.place(BODY | {"ship_to": BODY["ship_to"] | place})

    assert only_event(shop).data.ship_to.city == "Łódź \N{TRUMPET}"


def test_without_a_key_the_answer_has_the_generated_one(shop: MemoryShop) -> None:
    first, second = shop.place(key=None), shop.place(key=None)
    key = first.headers["idempotency-key"]

    assert str(UUID(key)) == key == first.body["idempotency_key"]
    assert first.body["id"] == order_id(key) != second.body["id"]


def test_the_log_line_names_the_order_its_event_and_the_correlation(
    shop: MemoryShop,
) -> None:
    shop.place()
    (line,) = shop.lines.lines

    assert (line["order"], line["event"]) == (ORDER, f"{ORDER}/placed")
    assert line["correlation"] == only_event(shop).correlationid


def test_every_answer_about_an_order_has_its_correlation(shop: MemoryShop) -> None:
    first, again, reused = shop.place(), shop.place(), shop.place(BODY | {"email": "else@b.de"})
    correlation = only_event(shop).correlationid

    assert reused.problem
    for answer in (first, again, reused, shop.show()):
        assert answer.headers["x-correlation-id"] == correlation


def test_an_expected_total_is_accepted(shop: MemoryShop) -> None:
    assert shop.place(BODY | {"expected_total": TOTAL}).status == 200


@pytest.mark.parametrize(
    "expected",
    [
        {"amount": 0, "currency": "EUR"},
        {"amount": 28889, "currency": "EUR"},
        {"amount": 28891, "currency": "EUR"},
        {"amount": 28890, "currency": "USD"},
        {"amount": 28890, "currency": "JPY"},
    ],
)
def test_an_unexpected_total_is_refused_with_the_new_one(
    shop: MemoryShop, expected: dict[str, Any]
) -> None:
    answer = shop.place(BODY | {"expected_total": expected})

    assert (answer.status, answer.problem) == (409, "price-changed")
    assert answer.body["field"] == "$.expected_total"
    assert answer.body["total"] == TOTAL
    assert len(shop.log.read(ORDER)) == 0


def test_after_a_refused_price_the_same_key_orders_at_the_new_one(shop: MemoryShop) -> None:
    shop.place(BODY | {"expected_total": TOTAL | {"amount": 1}})

    assert shop.place(BODY | {"expected_total": TOTAL}).status == 200


def test_a_new_product_is_looked_up_once_more(shop: MemoryShop) -> None:
    shop.place(key=OTHER_KEY)
    shop.sell("CORNET", "Cornet", 19900)
    shop.catalogue.reset_mock()

    assert shop.place(BODY | {"lines": [{"sku": "CORNET", "quantity": 1}]}).status == 200
    assert shop.catalogue.method_calls == [call.get("CORNET")]


def test_a_direct_invocation_is_answered_like_a_request(shop: MemoryShop) -> None:
    over_http = shop.place()
    direct = shop.handle(BODY | {"idempotency_key": KEY}, None)

    assert json.loads(json.dumps(direct)) == over_http.body
    assert len(shop.log.read(ORDER)) == 1


def test_a_direct_invocation_may_leave_out_the_key(shop: MemoryShop) -> None:
    answer = shop.handle(dict(BODY), None)

    assert answer["id"] == order_id(answer["idempotency_key"])


def test_an_unavailable_log_is_a_500_that_can_be_retried(shop: MemoryShop) -> None:
    shop.log.append.side_effect = TimeoutError
    failed = shop.place()
    shop.log.append.side_effect = None

    assert (failed.status, failed.problem) == (500, "internal")
    assert shop.place().status == 200


def test_the_log_line_names_the_order_and_neither_key_nor_customer(
    shop: MemoryShop, logged: Logged
) -> None:
    shop.lines = logged.observer  # type: ignore[assignment]  # the real one
    shop.restart()
    shop.place()
    shop.place(BODY | {"email": "nobody"})
    shop.show()
    shop.cancel()

    text = logged.text()
    assert ORDER in text
    for secret in (KEY, EMAIL, "Sample Street", "10115", "tok_success"):
        assert secret not in text


def test_an_order_of_earlier_rules_is_answered_though_its_address_is_refused_now(
    shop: MemoryShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.loads(json.dumps(BODY))
    body["ship_to"] |= {"country": "ZZ", "city": " "}
    with monkeypatch.context() as before:
        before.setattr("functions.checkout.place.check_address", lambda _: None)
        first = shop.place(body)

    assert shop.place(body).body == first.body
    assert shop.place(body, key=OTHER_KEY).status == 422


@pytest.mark.parametrize("country", ["DE", "US", "GB", "XK", "TW", "SS", "CW"])
def test_an_address_may_be_in_every_country(shop: MemoryShop, country: str) -> None:
    body = json.loads(json.dumps(BODY))
    body["ship_to"]["country"] = country

    assert shop.place(body).status == 200


def test_an_email_with_a_domain_beyond_ascii_is_kept_as_it_was_typed(shop: MemoryShop) -> None:
    assert shop.place(BODY | {"email": "kunde@müller.de"}).status == 200

    assert only_event(shop).data.email == "kunde@müller.de"
