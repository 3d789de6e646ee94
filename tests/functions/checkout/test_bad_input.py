"""Orders that checkout refuses: each problem names the member, and nothing is written."""

import json
from collections.abc import Callable
from typing import Any
from unittest.mock import call

import pytest

from events.contracts.checkout import MAX_LINES, MAX_QUANTITY
from functions.checkout.request import FORMS
from functions.runtime.memory.observer import MemoryObserver
from testkit.customer import BODY, WHOLE
from tests.functions.checkout.conftest import HEADERS, MemoryShop, assert_refused

type Edit = Callable[[dict[str, Any]], object]


def line(**members: Any) -> Edit:
    return lambda body: body["lines"][0].update(members)


def address(**members: Any) -> Edit:
    return lambda body: body["ship_to"].update(members)


def member(**members: Any) -> Edit:
    return lambda body: body.update(members)


def lacks(*path: str) -> Edit:
    def edit(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return edit


def lines(*quantities: int, sku: str = "MUTE-CUP") -> Edit:
    return member(lines=[{"sku": sku, "quantity": quantity} for quantity in quantities])


BAD_MEMBERS: list[tuple[str, Edit, str]] = [
    ("empty cart", member(lines=[]), "$.lines"),
    ("51 lines", lines(*[1] * (MAX_LINES + 1)), "$.lines"),
    ("no lines", lacks("lines"), "$.lines"),
    ("lines that are no list", member(lines={"sku": "MUTE-CUP"}), "$.lines"),
    ("a line that is text", member(lines=["MUTE-CUP"]), "$.lines[0]"),
    ("quantity 0", line(quantity=0), "$.lines[0].quantity"),
    ("a negative quantity", line(quantity=-3), "$.lines[0].quantity"),
    ("a huge quantity", line(quantity=MAX_QUANTITY + 1), "$.lines[0].quantity"),
    ("a quantity beyond 64 bits", line(quantity=10**30), "$.lines[0].quantity"),
    ("a quantity that is text", line(quantity="1"), "$.lines[0].quantity"),
    ("half a piece", line(quantity=0.5), "$.lines[0].quantity"),
    ("quantity true", line(quantity=True), "$.lines[0].quantity"),
    ("quantity null", line(quantity=None), "$.lines[0].quantity"),
    ("a merged quantity too big", lines(MAX_QUANTITY, 1), "$.lines"),
    ("no sku", lambda body: body["lines"][1].pop("sku"), "$.lines[1].sku"),
    ("an empty sku", line(sku=""), "$.lines[0].sku"),
    ("an sku of other letters", line(sku="TRÖTE"), "$.lines[0].sku"),
    ("an sku with a line's end", line(sku="MUTE-CUP\n"), "$.lines[0].sku"),
    ("an sku too long", line(sku="A" * 41), "$.lines[0].sku"),
    ("an unknown sku", line(sku="THEREMIN"), "$.lines[0].sku"),
    ("an unknown sku in the second line", lambda body: body["lines"][1].update(sku="THEREMIN"),
     "$.lines[1].sku"),
    ("a price of their own", line(unit_price=1), "$.lines[0].unit_price"),
    ("mixed currencies", member(lines=[{"sku": "KAZOO", "quantity": 1}, *BODY["lines"]]),
     "$.lines"),
    ("an unknown member", member(coupon="FREE"), "$.coupon"),
    ("an unknown member of the address", address(planet="Mars"), "$.ship_to.planet"),
    ("a member of the wrong case", member(Email="robin@example.com"), "$.Email"),
    ("a delivery that there is not", member(delivery="pigeon"), "$.delivery"),
    ("delivery null", member(delivery=None), "$.delivery"),
    ("no email", lacks("email"), "$.email"),
    ("an email without @", member(email="robin"), "$.email"),
    ("an email with two @", member(email="a@b@c"), "$.email"),
    ("an email with a line's end", member(email="robin@example.com\n"), "$.email"),
    ("an email with a header", member(email="robin@example.com\r\nBcc: all"), "$.email"),
    ("an email with spaces", member(email="robin @example.com"), "$.email"),
    ("an email beyond ASCII before the @", member(email="müller@example.com"), "$.email"),
    ("an email with a display name", member(email="robin<victim@example.com"), "$.email"),
    ("two emails", member(email="robin,victim@example.com"), "$.email"),
    ("an email with quotes", member(email='"robin"@example.com'), "$.email"),
    ("an email with two dots", member(email="robin@example..com"), "$.email"),
    ("an email without a domain's dot", member(email="robin@localhost"), "$.email"),
    ("an email whose domain cannot be encoded", member(email="robin@💌.com"), "$.email"),
    ("an email too long once encoded", member(email="r@" + "ü" * 60 + ".de"), "$.email"),
    ("an email too long", member(email="r" * 250 + "@x.de"), "$.email"),
    ("an email that is a list", member(email=["robin@example.com"]), "$.email"),
    ("no address", lacks("ship_to"), "$.ship_to"),
    ("no city", lacks("ship_to", "city"), "$.ship_to.city"),
    ("an empty name", address(name=""), "$.ship_to.name"),
    ("a name too long", address(name="R" * 101), "$.ship_to.name"),
    ("a name with NUL", address(name="Robin\x00"), "$.ship_to.name"),
    ("a name with escape codes", address(name="\x1b[31mRobin"), "$.ship_to.name"),
    ("a name with DEL", address(name="Robin\x7f"), "$.ship_to.name"),
    ("a name with NEL", address(name="Robin\x85"), "$.ship_to.name"),
    ("a street with a line's end", address(street="1 Sample Street\nBerlin"), "$.ship_to.street"),
    ("a character that queues refuse", address(city="Berlin\uffff"), "$.ship_to.city"),
    ("a postal code too long", address(postal_code="1" * 17), "$.ship_to.postal_code"),
    ("a postal code that is a number", address(postal_code=10115), "$.ship_to.postal_code"),
    ("a country in words", address(country="Germany"), "$.ship_to.country"),
    ("a country in small letters", address(country="de"), "$.ship_to.country"),
    ("a country that does not exist", address(country="ZZ"), "$.ship_to.country"),
    ("a country that is one no more", address(country="SU"), "$.ship_to.country"),
    *(
        (f"a {name} of {what}", address(**{name: text}), f"$.ship_to.{name}")
        for name in ("name", "street", "city", "postal_code")
        for what, text in (
            ("blanks", "   "),
            ("wide blanks", "\u3000\u00a0\u2003"),
            ("zero-width characters", "\u200b\u2060\ufeff\u200d"),
            ("directions", "\u202e\u2066"),
            ("fillers", "\u3164\u115f\u2800"),
            ("marks", "-.'"),
        )
    ),
    ("no token", lacks("payment_token"), "$.payment_token"),
    ("a token with a space", member(payment_token="tok success"), "$.payment_token"),
    ("a token too long", member(payment_token="t" * 256), "$.payment_token"),
    ("a total that is a number", member(expected_total=28890), "$.expected_total"),
    ("a total without a currency", member(expected_total={"amount": 28890}),
     "$.expected_total.currency"),
    ("a total in fractions", member(expected_total={"amount": 288.9, "currency": "EUR"}),
     "$.expected_total.amount"),
    ("a total with more", member(expected_total={"amount": 1, "currency": "EUR", "tax": 1}),
     "$.expected_total.tax"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "field"), [row[1:] for row in BAD_MEMBERS], ids=[row[0] for row in BAD_MEMBERS]
)
def test_a_bad_member_is_refused_by_its_name(shop: MemoryShop, edit: Edit, field: str) -> None:
    body = json.loads(json.dumps(BODY))
    edit(body)

    assert_refused(shop, {"headers": HEADERS, "body": json.dumps(body)}, 422, field)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (member(email="robin"), FORMS["email"]),
        (address(country="de"), FORMS["country"]),
        (address(city="Ber\x00lin"), "control characters are not allowed"),
        (member(payment_token="tok 1"), FORMS["payment_token"]),
        (member(delivery="pigeon"), "a delivery is one of standard, express"),
    ],
    ids=["email", "country", "city", "token", "delivery"],
)
def test_a_wrong_format_is_explained(shop: MemoryShop, edit: Edit, reason: str) -> None:
    body = json.loads(json.dumps(BODY))
    edit(body)
    event = {"routeKey": "POST /checkout", "requestContext": {}, "headers": HEADERS}
    answer = shop.send(event | {"body": json.dumps(body)})

    assert answer.body["detail"] == f"The value has the wrong format: {reason}."


def test_any_other_mistake_has_a_sentence_and_its_path(shop: MemoryShop) -> None:
    answer = shop.place(BODY | {"lines": [{"sku": "MUTE-CUP", "quantity": 0}]})

    assert answer.body["detail"] == "Expected `int` >= 1."
    assert answer.body["field"] == "$.lines[0].quantity"


def test_an_order_in_two_currencies_is_refused_with_their_names(shop: MemoryShop) -> None:
    answer = shop.place(BODY | {"lines": [{"sku": "KAZOO", "quantity": 1}, *BODY["lines"]]})

    assert answer.body["detail"] == "An order must have one currency, not EUR and USD."


def test_a_very_long_name_is_quoted_in_part(
    shop: MemoryShop,
) -> None:
    answer = shop.place(BODY | {"coupon" * 100: "FREE"})

    assert answer.body["field"] == f"$.{'coupon' * 100}"[:200]
    assert answer.body["detail"] == f"Object contains unknown field `{'coupon' * 100}"[:200] + "."


@pytest.mark.parametrize("sku", ["", "TRÖTE", "MUTE-CUP\n", "A" * 41, "-MUTE", "MUTE CUP", "a/b"])
def test_an_invalid_sku_is_not_looked_up(shop: MemoryShop, sku: str) -> None:
    answer = shop.place(BODY | {"lines": [{"sku": sku, "quantity": 1}]})

    assert answer.problem == "invalid-request"
    assert shop.catalogue.method_calls == []


@pytest.mark.parametrize("sku", ["A" * 40, "x", "4-ever_v2.1"])
def test_a_valid_sku_is_looked_up(shop: MemoryShop, sku: str) -> None:
    answer = shop.place(BODY | {"lines": [{"sku": sku, "quantity": 1}]})

    assert answer.problem == "unknown-sku"
    assert shop.catalogue.method_calls == [call.all(), call.get(sku)]


def test_personal_input_is_not_echoed(shop: MemoryShop, lines: MemoryObserver) -> None:
    body = json.loads(WHOLE)
    body["email"] = "robin@example.com\n"
    answer = shop.place(body)

    assert answer.status == 422
    assert "robin" not in json.dumps(answer.body)
    assert "robin" not in str(lines.lines)
