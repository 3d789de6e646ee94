"""Invalid bodies, headers and payloads are refused, and nothing is written."""

import base64
from typing import Any

import pytest

from testkit.customer import BODY, KEY, WHOLE
from tests.functions.checkout.conftest import HEADERS, MemoryShop, assert_refused


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
def test_an_invalid_body_is_refused(shop: MemoryShop, event: dict[str, Any], status: int) -> None:
    answer = shop.send(
        {"routeKey": "POST /checkout", "requestContext": {}, "headers": HEADERS} | event
    )

    assert answer.problem
    assert answer.status == status, answer.body
    assert answer.body["field"].startswith("$")
    shop.log.append.assert_not_called()
    assert shop.lines.outcomes == ["refused"]


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"],
)
def test_another_content_type_is_refused(shop: MemoryShop, kind: str | None) -> None:
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
def test_a_key_that_is_not_a_uuid_is_refused(shop: MemoryShop, key: str) -> None:
    headers = HEADERS | {"idempotency-key": key}

    assert_refused(shop, {"headers": headers, "body": WHOLE}, 400, "Idempotency-Key")


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
def test_an_invalid_direct_invocation_is_refused_too(
    shop: MemoryShop, payload: dict[str, Any]
) -> None:
    document = shop.handle(payload, None)

    assert 400 <= document["status"] < 500
    assert document["field"]
    shop.log.append.assert_not_called()
