"""Who may ask: on a stage with an issuer, those whom its token names; all else stays closed."""

import json
from typing import Any

import pytest

from functions.framework.http import Caller, Response
from tests.support.api_world import CONTEXT, World
from tests.support.builders import ISSUER, verified

ROBIN = "auth0|robin"


@pytest.fixture
def world() -> World:
    return World(issuer=ISSUER)


def test_whom_a_verified_token_names_reaches_the_endpoint_as_its_caller(world: World) -> None:
    world.send(requestContext=verified(ROBIN))

    assert world.asked[0].caller == Caller(issuer=ISSUER, subject=ROBIN)


def with_claims(claims: Any) -> dict[str, Any]:
    return {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"authorizer": None},
        {"authorizer": {"iam": {"userId": ROBIN}}},
        {"authorizer": {"lambda": {"iss": ISSUER, "sub": ROBIN}}},
        {"authorizer": {"jwt": {"claims": None}}},
        with_claims({}),
        with_claims({"sub": ROBIN}),
        with_claims({"iss": ISSUER}),
        with_claims({"iss": ISSUER, "sub": ""}),
        with_claims({"iss": ISSUER, "sub": 7}),
        with_claims({"iss": f"{ISSUER}/", "sub": ROBIN}),
        with_claims([ISSUER, ROBIN]),
        verified(ROBIN, issuer="https://login.example.org"),
    ],
)
def test_whoever_else_asks_is_refused_also_with_a_token_that_nobody_verified(
    world: World, context: dict[str, Any]
) -> None:
    answer = world.send(requestContext=context, headers={"Authorization": "Bearer a.b.c"})

    document = json.loads(answer["body"])
    assert (answer["statusCode"], document["type"]) == (401, "urn:fanfare:problem:unauthenticated")
    assert answer["headers"]["www-authenticate"] == "Bearer"
    assert ISSUER in document["detail"]
    assert world.asked == []
    assert world.lines.outcomes == ["refused"]


def test_a_public_route_asks_for_no_token_and_knows_no_caller(world: World) -> None:
    assert world.send(routeKey="GET /other")["statusCode"] == 200
    assert world.send(routeKey="GET /other", requestContext=verified(ROBIN))["statusCode"] == 200


def test_a_route_that_there_is_not_is_no_question_of_tokens(world: World) -> None:
    assert world.send(routeKey="$default", requestContext=verified(ROBIN))["statusCode"] == 404


def test_without_an_issuer_all_are_guests_whatever_was_verified(world: World) -> None:
    world.issuer = None
    world.send()
    world.send(requestContext=verified(ROBIN))

    assert [request.caller for request in world.asked] == [None, None]


def test_who_invokes_the_function_directly_is_let_in_by_iam_and_is_no_customer(
    world: World,
) -> None:
    world.handle({"a": 1}, CONTEXT)

    assert world.asked[0].caller is None


def test_no_line_says_whom_the_token_names(world: World) -> None:
    world.send(requestContext=verified(ROBIN))
    world.answer = RuntimeError(ROBIN)
    world.send(requestContext=verified(ROBIN))
    world.answer = Response(body=str(world.asked[0]))

    assert ROBIN not in str(world.lines.lines)
    assert ROBIN not in world.send(requestContext=verified(ROBIN))["body"]
