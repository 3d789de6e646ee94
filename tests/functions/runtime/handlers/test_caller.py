"""Callers: on a stage with an issuer, only requests with a verified token reach the endpoint."""

import json
from typing import Any

import pytest

from functions.framework.http import Caller, Response
from testkit.builders import ISSUER, verified
from tests.support.handlers import RecordingApi

ROBIN = "auth0|robin"


@pytest.fixture
def api() -> RecordingApi:
    return RecordingApi(ISSUER)


def test_the_subject_of_a_verified_token_is_the_caller(api: RecordingApi) -> None:
    api.call(requestContext=verified(ROBIN))

    assert api.requests[0].caller == Caller(issuer=ISSUER, subject=ROBIN)


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
def test_a_request_without_a_verified_token_is_refused(
    api: RecordingApi, context: dict[str, Any]
) -> None:
    answer = api.call(requestContext=context, headers={"Authorization": "Bearer a.b.c"})

    document = json.loads(answer["body"])
    assert (answer["statusCode"], document["type"]) == (401, "urn:fanfare:problem:unauthenticated")
    assert answer["headers"]["www-authenticate"] == "Bearer"
    assert ISSUER in document["detail"]
    assert api.requests == []
    assert api.observer.outcomes == ["refused"]


def test_a_public_route_needs_no_token(api: RecordingApi) -> None:
    assert api.call(routeKey="GET /other")["statusCode"] == 200
    assert api.call(routeKey="GET /other", requestContext=verified(ROBIN))["statusCode"] == 200


def test_an_unknown_route_is_a_404_also_with_a_token(api: RecordingApi) -> None:
    assert api.call(routeKey="$default", requestContext=verified(ROBIN))["statusCode"] == 404


def test_without_an_issuer_no_request_has_a_caller() -> None:
    api = RecordingApi()
    api.call()
    api.call(requestContext=verified(ROBIN))

    assert [request.caller for request in api.requests] == [None, None]


def test_a_direct_invocation_needs_no_token_and_has_no_caller(
    api: RecordingApi,
) -> None:
    api.invoke("shop", {"a": 1})

    assert api.requests[0].caller is None


def test_no_line_contains_the_subject_of_the_token(api: RecordingApi) -> None:
    api.call(requestContext=verified(ROBIN))
    api.answer = RuntimeError(ROBIN)
    api.call(requestContext=verified(ROBIN))
    api.answer = Response(body=str(api.requests[0]))

    assert ROBIN not in str(api.observer.lines)
    assert ROBIN not in api.call(requestContext=verified(ROBIN))["body"]
