"""Malformed HTTP requests: a documented answer, nothing written, no payload in the log output."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkout.identity import order_id
from functions.framework.customer import customer_key
from functions.map import API
from testkit.builders import ISSUER, placed, verified
from testkit.customer import BODY, KEY, ORDER, OTHER_KEY
from tests.fuzz.cases import case_counts, share
from tests.fuzz.requests import (
    CUSTOMER,
    PLACE,
    SERVED_BY,
    described,
    misshapen,
    orders,
    payloads,
    requests,
)
from tests.fuzz.values import MARK, MARK_START
from tests.fuzz.world import World
from tests.support.openapi import check_answer

WRITES = [route for route in SERVED_BY if route.startswith("POST ")]
GUESTS = placed(order=ORDER)
CUSTOMERS = msgspec.structs.replace(
    GUESTS,
    data=msgspec.structs.replace(GUESTS.data, customer=customer_key(ISSUER, CUSTOMER)),
)


@pytest.fixture(scope="module")
def shops(world: World) -> dict[str, World]:
    """A shop for guests, and one for customers with tokens."""
    return {"guests": world, "customers": World(ISSUER)}


whose = st.sampled_from(["guests", "customers"])


def answered(world: World, event: dict[str, Any]) -> int:
    """Send an event, check its answer, the log output and the state, and return its status."""
    world.begin(CUSTOMERS if world.issuer else GUESTS)
    before = world.state()
    route: Any = event.get("routeKey")
    service = SERVED_BY.get(route) if isinstance(route, str) else None
    answer, output = world.call(service or API.name, event)
    status, headers = answer["statusCode"], answer["headers"]
    body: Any = json.loads(answer["body"]) if answer["body"] else None

    assert status < 500, output
    assert MARK_START not in output
    if service:
        check_answer(route, status, headers, body)
    if status >= 400:
        assert headers["content-type"] == "application/problem+json"
        assert body["detail"]
        assert status in (401, 404, 409) or body["field"]
    if status >= 300 or route not in WRITES:
        assert world.state() == before
    return int(status)


@share(20)
@given(whose, requests())
def test_any_request_has_a_documented_answer(
    shops: dict[str, World], whose: str, event: dict[str, Any]
) -> None:
    case_counts["requests with malformed parts"] += 1
    answered(shops[whose], event)


@share(20)
@given(orders)
def test_an_invalid_order_is_refused_and_writes_nothing(
    world: World, event: dict[str, Any]
) -> None:
    case_counts["orders"] += 1
    if answered(world, event) == 200:
        assert len(world.log.read(order_id(OTHER_KEY))) == 1


@share(5)
@given(whose, described)
def test_requests_made_from_openapi_have_documented_answers(
    shops: dict[str, World], whose: str, event: dict[str, Any]
) -> None:
    case_counts["requests made of OpenAPI"] += 1
    answered(shops[whose], event)


@share(10)
@given(whose, misshapen())
def test_an_event_that_no_http_api_sends_has_a_documented_answer(
    shops: dict[str, World], whose: str, event: dict[str, Any]
) -> None:
    case_counts["events that no HTTP API sends"] += 1
    answered(shops[whose], event)


@share(10)
@given(payloads)
def test_any_direct_invocation_is_answered_with_a_document(world: World, payload: Any) -> None:
    case_counts["direct invocations"] += 1
    world.begin()
    answer, output = world.call(API.name, payload)

    assert MARK_START not in output
    json.dumps(answer).encode()
    if "detail" in answer:
        assert answer["status"] < 500, answer
        assert not world.state()["log"]
    else:
        assert len(world.state()["log"]) == 1


WHOLE = {
    "routeKey": "GET /orders/{id}",
    "requestContext": verified(CUSTOMER),
    "headers": {"authorization": f"Bearer {KEY}"},
    "pathParameters": {"id": ORDER},
}


@pytest.mark.parametrize(
    ("whose", "edit", "status"),
    [
        ("guests", {}, 200),
        ("customers", {}, 200),
        ("guests", {"pathParameters": {"id": "\ud800"}}, 404),
        ("guests", {"pathParameters": {"id": ["x"]}}, 400),
        ("customers", {"requestContext": verified("\ud800")}, 401),
        ("customers", {"requestContext": [MARK]}, 400),
        (
            "customers",
            {
                "routeKey": "GET /orders",
                "queryStringParameters": {"cursor": "A" * 200 + "\ud800"},
            },
            400,
        ),
        ("guests", {"routeKey": [MARK]}, 400),
        ("guests", {"routeKey": f"GET /{MARK}\ud800"}, 404),
        ("guests", {"routeKey": PLACE, "body": {"a": 1}}, 400),
        ("guests", {"\ud800": MARK}, 400),
        ("guests", {"headers": MARK}, 400),
        ("guests", {"isBase64Encoded": MARK}, 400),
    ],
)
def test_earlier_findings_have_their_documented_status(
    shops: dict[str, World], whose: str, edit: dict[str, Any], status: int
) -> None:
    assert answered(shops[whose], WHOLE | edit) == status


def test_a_valid_body_still_places_an_order(world: World) -> None:
    event = WHOLE | {
        "routeKey": PLACE,
        "headers": {"content-type": "application/json", "idempotency-key": OTHER_KEY},
        "body": json.dumps(BODY),
    }
    assert answered(world, event) == 200
    assert len(world.state()["log"]) == 2
