"""What checkout refuses: each with a problem document that names the field, and nothing written."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from events.checkout import MAX_LINES, MAX_QUANTITY
from events.history import History
from tests.builders import Lines
from tests.functions.checkout.conftest import BODY, KEY, ORDER, Shop

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
    ("no email", lacks("email"), "$.email"),
    ("an email without @", member(email="robin"), "$.email"),
    ("an email with two @", member(email="a@b@c"), "$.email"),
    ("an email with a line's end", member(email="robin@example.com\n"), "$.email"),
    ("an email with a header", member(email="robin@example.com\r\nBcc: all"), "$.email"),
    ("an email with spaces", member(email="robin @example.com"), "$.email"),
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


def assert_refused(shop: Shop, event: dict[str, Any], status: int, field: str) -> None:
    answer = shop.send({"routeKey": "POST /checkout", "requestContext": {}} | event)

    assert answer.problem
    assert answer.status == status, answer.body
    assert answer.body["field"] == field
    assert answer.body["detail"]
    assert "append" not in shop.log.calls
    assert shop.log.read(ORDER) == History()
    assert shop.lines.outcomes == ["refused"]


HEADERS = {"content-type": "application/json", "idempotency-key": KEY}


@pytest.mark.parametrize(
    ("edit", "field"), [row[1:] for row in BAD_MEMBERS], ids=[row[0] for row in BAD_MEMBERS]
)
def test_a_bad_member_is_refused_by_its_name(shop: Shop, edit: Edit, field: str) -> None:
    body = json.loads(json.dumps(BODY))
    edit(body)

    assert_refused(shop, {"headers": HEADERS, "body": json.dumps(body)}, 422, field)


WHOLE = json.dumps(BODY)


def b64(raw: bytes) -> dict[str, Any]:
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}


BAD_BODIES: list[tuple[str, dict[str, Any], int]] = [
    ("nothing", {}, 400),
    ("an empty body", {"body": ""}, 400),
    ("no JSON", {"body": "lines=1&email=robin"}, 400),
    ("half of it", {"body": WHOLE[:-20]}, 400),
    ("two of it", {"body": WHOLE + WHOLE}, 400),
    ("a list", {"body": f"[{WHOLE}]"}, 422),
    ("null", {"body": "null"}, 422),
    ("a text", {"body": '"order"'}, 422),
    ("NaN", {"body": WHOLE.replace('"quantity": 1', '"quantity": NaN')}, 400),
    ("infinity", {"body": WHOLE.replace('"quantity": 1', '"quantity": Infinity')}, 400),
    ("a comment", {"body": "// an order\n" + WHOLE}, 400),
    ("an escaped lone surrogate", {"body": WHOLE.replace("Robin", "\\ud800")}, 400),
    ("a raw lone surrogate", {"body": WHOLE.replace("Robin", "\ud800")}, 400),
    ("a raw line's end in a text", {"body": WHOLE.replace("Robin", "Rob\nin")}, 400),
    ("nested without end", {"body": '{"lines":' + "[" * 60_000}, 422),
    ("objects without end", {"body": '{"ship_to":' * 5_000}, 422),
    ("a body of 1 MB", {"body": WHOLE + " " * 2**20}, 413),
    ("base64 of no JSON", b64(b"order"), 400),
    ("base64 of invalid UTF-8", b64(WHOLE.encode().replace(b"Robin", b"\xff\xfe")), 400),
    ("base64 of 1 MB", b64(WHOLE.encode() + b" " * 2**20), 413),
    ("no base64", {"body": WHOLE, "isBase64Encoded": True}, 400),
]


@pytest.mark.parametrize(
    ("event", "status"), [row[1:] for row in BAD_BODIES], ids=[row[0] for row in BAD_BODIES]
)
def test_a_body_that_is_no_order_is_refused_as_a_whole(
    shop: Shop, event: dict[str, Any], status: int
) -> None:
    answer = shop.send(
        {"routeKey": "POST /checkout", "requestContext": {}, "headers": HEADERS} | event
    )

    assert answer.problem
    assert answer.status == status, answer.body
    assert answer.body["field"].startswith("$")
    assert "append" not in shop.log.calls
    assert shop.lines.outcomes == ["refused"]


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"],
)
def test_another_content_type_is_refused(shop: Shop, kind: str | None) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "content-type"}
    given = headers if kind is None else headers | {"content-type": kind}

    assert_refused(shop, {"headers": given, "body": WHOLE}, 415, "Content-Type")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "1",
        "order-of-tuesday",
        KEY[:-1],
        KEY + "0",
        KEY.replace("-", ""),
        "{" + KEY + "}",
        KEY.replace("0", "g", 1),
        f"{KEY}, {KEY}",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 8 + KEY[8:],
    ],
)
def test_a_key_that_is_no_uuid_is_refused(shop: Shop, key: str) -> None:
    headers = HEADERS | {"idempotency-key": key}

    assert_refused(shop, {"headers": headers, "body": WHOLE}, 400, "Idempotency-Key")


def test_what_was_sent_is_not_echoed_where_it_is_personal(shop: Shop, lines: Lines) -> None:
    body = json.loads(WHOLE)
    body["email"] = "robin@example.com\n"
    answer = shop.place(body)

    assert answer.status == 422
    assert "robin" not in json.dumps(answer.body)
    assert "robin" not in str(lines.lines)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"order": BODY},
        BODY | {"lines": []},
        BODY | {"email": "\ud800"},
        BODY | {"email": float("nan")},
        BODY | {"idempotency_key": 7},
        BODY | {"coupon": "FREE"},
    ],
    ids=["empty", "wrapped", "no lines", "lone surrogate", "NaN", "no key", "unknown member"],
)
def test_a_direct_invocation_is_refused_alike(shop: Shop, payload: dict[str, Any]) -> None:
    document = shop.handle(payload, None)

    assert 400 <= document["status"] < 500
    assert document["field"]
    assert "append" not in shop.log.calls
