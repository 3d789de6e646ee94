"""Forms that a request may have: traces, numbers, a byte-order mark."""

from typing import Any

import pytest

from events import codec
from functions.checkout.identity import order_id
from testkit.builders import TRACEPARENT
from testkit.customer import OTHER_KEY, WHOLE
from tests.functions.checkout.conftest import HEADERS, MemoryShop, only_event

PLACE_EVENT: dict[str, Any] = {
    "routeKey": "POST /checkout",
    "requestContext": {},
    "headers": HEADERS,
}


def test_the_callers_trace_continues_and_without_one_a_new_trace_starts(shop: MemoryShop) -> None:
    shop.place(traceparent=TRACEPARENT)
    shop.place(key=OTHER_KEY, traceparent="00-nonsense")

    assert only_event(shop).traceparent.split("-")[1] == TRACEPARENT.split("-")[1]
    assert (
        only_event(shop, order_id(OTHER_KEY)).traceparent.split("-")[1] != TRACEPARENT.split("-")[1]
    )


@pytest.mark.parametrize(
    "invalid",
    [
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
        f"ff-{'1' * 32}-{'1' * 16}-01",
        f"00-{'A' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'1' * 16}-01\n",
        f" 00-{'1' * 32}-{'1' * 16}-01",
    ],
)
def test_an_invalid_trace_begins_a_new_one_without_ids_of_zeros(
    shop: MemoryShop, invalid: str
) -> None:
    shop.place(traceparent=invalid)
    version, trace, parent, _ = only_event(shop).traceparent.split("-")

    assert version == "00"
    assert trace not in invalid
    assert int(trace, 16) > 0
    assert int(parent, 16) > 0


@pytest.mark.parametrize("given", [None, TRACEPARENT, "00-nonsense", ""])
def test_with_any_trace_the_event_can_be_encoded(shop: MemoryShop, given: str | None) -> None:
    shop.place(traceparent=given)
    event = only_event(shop)

    assert codec.decode(codec.encode(event)) == event


@pytest.mark.parametrize("number", ["1.0", "10e-1", "1e0"])
def test_a_number_with_a_fraction_of_zero_is_an_integer(shop: MemoryShop, number: str) -> None:
    body = WHOLE.replace('"quantity": 1', f'"quantity": {number}')
    answer = shop.send(PLACE_EVENT | {"body": body})

    assert answer.status == 200
    assert only_event(shop).data.lines[0].quantity == 1


def test_a_number_with_a_fraction_is_none(shop: MemoryShop) -> None:
    answer = shop.send(PLACE_EVENT | {"body": WHOLE.replace('"quantity": 1', '"quantity": 1.5')})

    assert (answer.status, answer.body["field"]) == (422, "$.lines[0].quantity")


def test_a_byte_order_mark_is_skipped(shop: MemoryShop) -> None:
    assert shop.send(PLACE_EVENT | {"body": "\ufeff" + WHOLE}).status == 200
