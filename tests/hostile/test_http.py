"""Whatever comes in by HTTP: a documented answer, nothing written, nothing of it in the log."""

import json
from typing import Any

import msgspec
from hypothesis import given

from functions.checkout.identity import customer_key, order_id
from functions.map import API
from tests.builders import ISSUER, placed
from tests.described import hold
from tests.functions.checkout.conftest import ORDER
from tests.hostile.cases import share, tried
from tests.hostile.requests import CUSTOMER, misshapen, orders, payloads, requests
from tests.hostile.values import TELL
from tests.hostile.world import World

WRITES = {"POST /checkout", "POST /orders/{id}/cancel"}
GUESTS = placed(order=ORDER)
CUSTOMERS = msgspec.structs.replace(
    GUESTS,
    data=msgspec.structs.replace(GUESTS.data, customer=customer_key(ISSUER, CUSTOMER)),
)


def answered(world: World, event: dict[str, Any]) -> int:
    """Send an event; check all that must hold of its answer, and return its status."""
    tried["requests"] += 1
    world.begin(CUSTOMERS if world.issuer else GUESTS)
    before = world.state
    answer, said = world.call(API.name, event)
    status, headers = answer["statusCode"], answer["headers"]
    body = json.loads(answer["body"]) if answer["body"] else None

    assert status < 500, body
    assert TELL not in said
    route = event.get("routeKey")
    if isinstance(route, str):
        hold(route, status, headers, body)
    if status >= 400:
        assert headers["content-type"] == "application/problem+json"
        assert body["detail"]
        assert status in (401, 404) or body["field"]
    if status >= 300 or route not in WRITES:
        assert world.state == before
    return int(status)


@share(25)
@given(requests())
def test_any_request_has_a_documented_answer(world: World, event: dict[str, Any]) -> None:
    answered(world, event)


@share(20)
@given(orders)
def test_what_is_no_order_is_refused_and_writes_nothing(
    world: World, event: dict[str, Any]
) -> None:
    status = answered(world, event)

    if status == 200:
        sent = world.log.read(order_id("00000000-0000-0000-0000-00000000cafe"))
        assert len(sent) == 1
    else:
        assert status in (400, 401, 409, 413, 422)


@share(10)
@given(misshapen())
def test_an_event_that_no_http_api_makes_is_refused_all_the_same(
    world: World, event: dict[str, Any]
) -> None:
    answered(world, event)


@share(10)
@given(payloads)
def test_any_direct_invocation_is_answered_with_a_document(world: World, payload: Any) -> None:
    tried["direct invocations"] += 1
    world.begin()
    answer, said = world.call(API.name, payload)

    assert TELL not in said
    json.dumps(answer).encode()
    if "detail" in answer:
        assert answer["status"] < 500, answer
        assert not world.state["log"]
    else:
        assert len(world.state["log"]) == 1
