"""The limit of a request's body against the largest valid order."""

import json
from typing import Any

import pytest

from events import codec
from events.contracts.checkout import MAX_LINES, MAX_QUANTITY
from functions.checkout.identity import order_id
from functions.framework.http import MAX_BODY
from testkit.customer import KEY
from tests.functions.checkout.conftest import HEADERS, MemoryShop, only_event
from tests.support.summary import Figure

IDEOGRAPH = "\N{CJK UNIFIED IDEOGRAPH-20000}"
"""A letter of four bytes, or of twelve if it is escaped."""

BOLD = "\N{MATHEMATICAL BOLD SMALL A}"
"""A letter of four bytes that is a plain one in a domain."""

SKUS = [f"{line:02d}".rjust(40, "S") for line in range(MAX_LINES)]

LARGEST: dict[str, Any] = {
    "lines": [{"sku": sku, "quantity": MAX_QUANTITY} for sku in SKUS],
    "email": f"{'r' * 64}@" + ".".join([BOLD * 62] * 3),
    "ship_to": {
        "name": IDEOGRAPH * 100,
        "street": IDEOGRAPH * 100,
        "city": IDEOGRAPH * 100,
        "postal_code": IDEOGRAPH * 16,
        "country": "DE",
    },
    "payment_token": "t" * 255,
    "expected_total": {"amount": MAX_LINES * MAX_QUANTITY * 10**9, "currency": "EUR"},
    "delivery": "standard",
}


def escaped(document: Any) -> str:
    """Return a document as its longest JSON, with every character of its texts escaped."""

    def text(value: str) -> str:
        units = value.encode("utf-16-be").hex()
        return '"' + "".join(rf"\u{units[i : i + 4]}" for i in range(0, len(units), 4)) + '"'

    match document:
        case dict():
            members = (f"{text(name)}: {escaped(value)}" for name, value in document.items())
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(escaped(item) for item in document) + "]"
        case str():
            return text(document)
        case _:
            return json.dumps(document)


@pytest.fixture
def stocked(shop: MemoryShop) -> MemoryShop:
    for sku in SKUS:
        shop.sell(sku, IDEOGRAPH * 100, 10**9)
    return shop


def test_the_largest_order_is_accepted_in_any_encoding(stocked: MemoryShop, figure: Figure) -> None:
    plain = json.dumps(LARGEST, ensure_ascii=False)
    sizes = {}
    for written in (plain, json.dumps(LARGEST), escaped(LARGEST)):
        assert json.loads(written) == LARGEST
        assert stocked.place(written).status == 200
        sizes[len(written.encode())] = written
    figure("largest order, bytes: plain", min(sizes))
    figure("largest order, bytes: all escaped", max(sizes))
    figure("largest body, bytes", MAX_BODY)

    assert max(sizes) < MAX_BODY


def test_its_event_fits_a_message(stocked: MemoryShop) -> None:
    stocked.place(LARGEST)

    event = only_event(stocked, order_id(KEY))
    assert len(codec.encode(event)) < codec.MAX_BYTES


def test_one_byte_above_the_limit_is_refused_with_the_limit(stocked: MemoryShop) -> None:
    body = json.dumps(LARGEST).ljust(MAX_BODY + 1)
    answer = stocked.send(
        {"routeKey": "POST /checkout", "requestContext": {}, "headers": HEADERS, "body": body}
    )

    assert (answer.status, answer.problem) == (413, "body-too-large")
    assert answer.body["detail"] == f"The body has {MAX_BODY + 1} bytes, at most {MAX_BODY}."
    stocked.log.append.assert_not_called()
