"""The fingerprint of a request, which must never change because the log keeps it."""

import json
from typing import Any

import pytest

from functions.checkout.request import parse_order
from functions.framework.http import Request
from testkit.customer import BODY
from tests.functions.checkout.conftest import TOTAL

ELSEWHERE = BODY["ship_to"] | {"name": 'Zoë "Süd" \N{TRUMPET}'}


def fingerprint(body: dict[str, Any]) -> str:
    headers = {"content-type": "application/json"}
    return parse_order(Request(headers=headers, body=json.dumps(body).encode())).fingerprint()


# Recorded before a request could choose its delivery.
@pytest.mark.parametrize(
    ("body", "known"),
    [
        (BODY, "6e803f0bdabb2041024966"),
        (BODY | {"expected_total": TOTAL, "ship_to": ELSEWHERE}, "53b512d392fe3a77793223"),
    ],
    ids=["plain", "all members, all alphabets"],
)
def test_a_request_without_a_delivery_keeps_its_fingerprint(
    body: dict[str, Any], known: str
) -> None:
    assert fingerprint(body) == known
    assert fingerprint(body | {"delivery": "standard"}) == known


def test_a_request_for_another_delivery_is_another_request() -> None:
    assert fingerprint(BODY | {"delivery": "express"}) != fingerprint(BODY)
