"""The fingerprints of a request, which must never change because the log keeps them."""

import json
from typing import Any

import pytest

from functions.checkout.request import OrderRequest, parse_order
from functions.framework.http import Request
from testkit.customer import BODY, KEY, OTHER_KEY
from tests.functions.checkout.conftest import TOTAL

ELSEWHERE = BODY["ship_to"] | {"name": 'Zoë "Süd" \N{TRUMPET}'}


def parsed(body: dict[str, Any]) -> OrderRequest:
    headers = {"content-type": "application/json"}
    return parse_order(Request(headers=headers, body=json.dumps(body).encode()))


# Recorded before a request could choose its delivery.
@pytest.mark.parametrize(
    ("body", "known"),
    [
        (BODY, "6e803f0bdabb2041024966"),
        (BODY | {"expected_total": TOTAL, "ship_to": ELSEWHERE}, "53b512d392fe3a77793223"),
    ],
    ids=["plain", "all members, all alphabets"],
)
def test_a_request_keeps_the_fingerprint_of_an_earlier_release(
    body: dict[str, Any], known: str
) -> None:
    assert parsed(body).has_fingerprint(known, KEY)
    assert parsed(body | {"delivery": "standard"}).has_fingerprint(known, OTHER_KEY)
    assert not parsed(body | {"delivery": "express"}).has_fingerprint(known, KEY)
    assert not parsed(body | {"payment_token": "tok_other"}).has_fingerprint(known, KEY)


# Recorded when fingerprints became keyed.
@pytest.mark.parametrize(
    ("body", "known"),
    [
        (BODY, "k5448aef3f365e9aa21031"),
        (BODY | {"delivery": "express", "ship_to": ELSEWHERE}, "kf0b4d8ff422f6664a7f22"),
    ],
    ids=["plain", "all members, all alphabets"],
)
def test_a_request_keeps_its_keyed_fingerprint(body: dict[str, Any], known: str) -> None:
    assert parsed(body).fingerprint(KEY) == known
    assert parsed(body).has_fingerprint(known, KEY)


def test_the_fingerprint_cannot_be_computed_without_the_key() -> None:
    request = parsed(BODY)

    assert not request.has_fingerprint(request.fingerprint(OTHER_KEY), KEY)


@pytest.mark.parametrize(
    "again",
    [
        BODY | {"payment_token": "tok_fresh"},
        BODY | {"expected_total": TOTAL},
        BODY | {"lines": BODY["lines"][::-1]},
    ],
    ids=["card token", "expected total", "order of lines"],
)
def test_what_may_differ_between_tries_is_not_in_the_fingerprint(again: dict[str, Any]) -> None:
    assert parsed(again).fingerprint(KEY) == parsed(BODY).fingerprint(KEY)
