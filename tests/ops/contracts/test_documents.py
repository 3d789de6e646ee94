"""The documents: up to date, valid by their standards, without dangling references."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import validate

from events.codec import CONTRACTS
from functions import map as the_map
from functions.framework.api import Api, http_services
from functions.framework.routes import Route
from functions.framework.service import Consumer
from ops.contracts.asyncapi import asyncapi
from ops.contracts.openapi import openapi
from ops.contracts.schema import published
from tests.support.example_loyalty import EXAMPLE

ROOT = Path(__file__).parents[3]
ASYNCAPI = ROOT / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
EVENTS, SHOP = asyncapi(), openapi()
ROUTES = [route for each in http_services(the_map.SERVICES) for route in each.routes]


# -- AsyncAPI --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def standard() -> Draft7Validator:
    return Draft7Validator(json.loads(ASYNCAPI.read_bytes()))


def test_the_events_are_described_in_valid_asyncapi(standard: Draft7Validator) -> None:
    assert [error.message for error in standard.iter_errors(EVENTS)] == []


@pytest.mark.parametrize(
    "broken",
    [
        EVENTS | {"asyncapi": "2.6.0"},
        EVENTS | {"operations": {"a": {"action": "listen", "channel": {"$ref": "#/channels/a"}}}},
        EVENTS | {"channels": {"a": {"bindings": {"sqs": {"deadLetterQueue": {}}}}}},
    ],
    ids=["version", "action", "binding"],
)
def test_the_schema_refuses_invalid_asyncapi(
    standard: Draft7Validator, broken: dict[str, Any]
) -> None:
    assert not standard.is_valid(broken)


def test_every_version_of_every_contract_is_a_message_with_a_valid_sample() -> None:
    messages = EVENTS["components"]["messages"]

    assert messages.keys() == {f"{name}.{n}" for name, n in published() if name in CONTRACTS}
    for message in messages.values():
        payload = message["payload"] | {"components": EVENTS["components"]}
        (example,) = message["examples"]
        validator = Draft202012Validator(payload, format_checker=FORMATS)
        validator.validate(example["payload"])
        assert not validator.is_valid(example["payload"] | {"source": "nobody"})
        assert not validator.is_valid(example["payload"] | {"dataversion": 99})


FORMATS = Draft202012Validator.FORMAT_CHECKER


def test_each_service_receives_and_sends_the_types_of_the_map_and_the_contracts() -> None:
    operations = EVENTS["operations"]

    for consumer in the_map.CONSUMERS:
        received = operations[f"{consumer.name}.hears"]
        assert _types(received) == set(consumer.subscribed_types)
        (subscription,) = received["bindings"]["sns"]["consumers"]
        assert subscription["filterPolicy"] == {"type": list(consumer.subscribed_types)}
    for service in the_map.SERVICES:
        own = {name for name, contract in CONTRACTS.items() if service.name in contract.sources}
        sent = operations.get(f"{service.name}.states", {"messages": []})
        assert _types(sent) == own


def _types(operation: dict[str, Any]) -> set[str]:
    return {ref["$ref"].rpartition("/")[2].split(".")[0] for ref in operation["messages"]}


def test_an_earlier_version_is_still_received_but_no_longer_sent() -> None:
    received, sent = (
        [ref["$ref"].rpartition("/")[2] for ref in EVENTS["operations"][name]["messages"]]
        for name in ("payment.hears", "checkout.states")
    )

    assert {"OrderPlaced.1", "OrderPlaced.2"} <= set(received)
    assert "OrderPlaced.2" in sent
    assert "OrderPlaced.1" not in sent


# -- OpenAPI ---------------------------------------------------------------------------------------


def test_the_shop_is_described_in_valid_openapi() -> None:
    validate(SHOP)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_every_route_is_described(route: Route) -> None:
    operation = SHOP["paths"][route.path][route.method.lower()]
    at = {param["name"] for param in operation["parameters"] if param["in"] == "path"}

    assert operation["summary"]
    assert at == {part[1:-1] for part in route.path.split("/") if part.startswith("{")}
    assert "200" in operation["responses"]
    assert all(response["description"] for response in operation["responses"].values())


def test_every_example_of_a_request_is_valid() -> None:
    bodies = [
        operation["requestBody"]["content"]["application/json"]
        for path in SHOP["paths"].values()
        for operation in path.values()
        if "requestBody" in operation
    ]

    assert bodies
    for body in bodies:
        schema = Draft202012Validator(body["schema"] | {"components": SHOP["components"]})
        assert body["examples"]
        for example in body["examples"].values():
            schema.validate(example["value"])
            assert not schema.is_valid(example["value"] | {"coupon": "FREE"})


def test_a_consumers_routes_are_described_with_the_api_that_serves_them() -> None:
    document = openapi([the_map.API, EXAMPLE])
    added = document["paths"]["/examplepoints"]["get"]

    validate(document)
    assert added["operationId"] == "exampleloyalty.customer"
    assert added["security"] == [{"jwt": []}]
    assert added["tags"] == ["exampleloyalty"]
    assert added["responses"]["404"]["headers"]["Retry-After"]["schema"] == {"type": "integer"}
    (server,) = added["servers"]
    assert "ApiUrl of the stack fanfare-<stage>-exampleloyalty" in server["description"]
    assert document["paths"].items() > openapi([the_map.API])["paths"].items()
    assert not any("servers" in each for each in _operations([the_map.API]))


def _operations(services: list[Api | Consumer]) -> Iterator[dict[str, Any]]:
    for path in openapi(services)["paths"].values():
        yield from path.values()


def test_only_the_security_schemes_of_the_routes_are_described() -> None:
    assert set(openapi([the_map.API])["components"]["securitySchemes"]) == {"key", "jwt"}
    assert set(openapi([EXAMPLE])["components"]["securitySchemes"]) == {"jwt"}


@pytest.mark.parametrize("document", [EVENTS, SHOP], ids=["asyncapi", "openapi"])
def test_every_reference_resolves(document: dict[str, Any]) -> None:
    references = list(_references(document))

    assert references
    for reference in references:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/")]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
