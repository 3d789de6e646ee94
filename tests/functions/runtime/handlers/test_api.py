"""The API's handler: HTTP requests, responses, errors and log lines."""

import base64
import json
from typing import Any

import pytest

from functions.framework.http import CORRELATION, MAX_BODY, Problem, Request, Response
from functions.runtime.handlers.api import SAFE
from functions.runtime.memory.application import CONTEXT
from tests.support.handlers import RecordingApi


@pytest.fixture
def api() -> RecordingApi:
    return RecordingApi()


def problem(answer: dict[str, Any]) -> Any:
    assert answer["headers"]["content-type"] == "application/problem+json"
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    assert document["type"].startswith("urn:fanfare:problem:")
    assert document["title"]
    assert document["detail"]
    return document


def test_a_request_reaches_the_endpoint_of_its_route(api: RecordingApi) -> None:
    api.call(
        body='{"a": 1}',
        headers={"X-Thing": "1"},
        pathParameters={"id": "7"},
        queryStringParameters={"limit": "5"},
    )

    assert api.requests == [
        Request(
            headers={"x-thing": "1"},
            path={"id": "7"},
            query={"limit": "5"},
            body=b'{"a": 1}',
            id=CONTEXT.aws_request_id,
        )
    ]


def test_each_route_has_its_own_endpoint(api: RecordingApi) -> None:
    answer = api.call(routeKey="GET /other")

    assert json.loads(answer["body"]) == "other"
    assert api.requests == []


def test_a_request_may_lack_body_headers_and_parameters(api: RecordingApi) -> None:
    api.call(body=None, headers=None)

    assert api.requests == [Request(id=CONTEXT.aws_request_id)]


def test_a_response_is_json_with_security_headers(api: RecordingApi) -> None:
    api.answer = Response(status=201, body={"id": "7"})
    answer = api.call()

    assert (answer["statusCode"], json.loads(answer["body"])) == (201, {"id": "7"})
    assert answer["headers"] == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
        CORRELATION: CONTEXT.aws_request_id,
    }


@pytest.mark.parametrize(
    ("event", "answer", "status"),
    [
        ({}, Response(), 200),
        ({}, Response(status=304, headers={"etag": '"7"'}), 304),
        ({}, Problem(409, "changed", "It changed.", headers={"retry-after": "5"}), 409),
        ({}, RuntimeError("password1"), 500),
        ({"routeKey": "DELETE /things"}, Response(), 404),
        ({"body": "x" * (MAX_BODY + 1)}, Response(), 413),
        ({"body": "%%%", "isBase64Encoded": True}, Response(), 400),
    ],
    ids=["done", "unchanged", "problem", "error", "no route", "too long", "malformed"],
)
def test_every_response_has_the_security_headers(
    api: RecordingApi, event: dict[str, Any], answer: Response | Exception, status: int
) -> None:
    api.answer = answer
    response = api.call(**event)

    assert response["statusCode"] == status
    assert SAFE.items() <= response["headers"].items()


def test_an_endpoint_may_set_another_cache_control(api: RecordingApi) -> None:
    api.answer = Response(headers={"cache-control": "max-age=60"})

    assert api.call()["headers"]["cache-control"] == "max-age=60"


def test_head_has_the_status_and_headers_of_get_without_a_body(api: RecordingApi) -> None:
    got, head = api.call(routeKey="GET /other"), api.call(routeKey="HEAD /other")

    assert head == got | {"body": ""}
    assert got["body"]


def test_head_has_no_other_route_than_get(api: RecordingApi) -> None:
    assert api.call(routeKey="HEAD /things/{id}")["statusCode"] == 404


def test_every_response_has_the_requests_id_unless_the_endpoint_names_another(
    api: RecordingApi,
) -> None:
    other = api.call(routeKey="DELETE /things")
    api.answer = Response(headers={CORRELATION: "c"})

    assert other["headers"][CORRELATION] == CONTEXT.aws_request_id
    assert api.call()["headers"][CORRELATION] == "c"


@pytest.mark.parametrize("status", [200, 404])
def test_only_a_successful_get_is_compared_with_the_callers_version(
    api: RecordingApi, status: int
) -> None:
    api.answer = Response(status=status, body="x", headers={"etag": '"1"'})

    answer = api.call(headers={"If-None-Match": '"1"'})

    assert (answer["statusCode"], answer["body"]) == (status, '"x"')


def test_a_response_without_a_body_has_an_empty_one(api: RecordingApi) -> None:
    api.answer = Response(status=304)

    assert api.call()["body"] == ""


def test_a_base64_body_is_decoded(api: RecordingApi) -> None:
    api.call(body=base64.b64encode(b"\xff\x00").decode(), isBase64Encoded=True)

    assert api.requests[0].body == b"\xff\x00"


@pytest.mark.parametrize(
    ("event", "status", "kind"),
    [
        ({"body": "%%%", "isBase64Encoded": True}, 400, "malformed-body"),
        ({"body": "ünicode", "isBase64Encoded": True}, 400, "malformed-body"),
        ({"body": "\ud800"}, 400, "malformed-body"),
        ({"body": "x" * (MAX_BODY + 1)}, 413, "body-too-large"),
        ({"body": "ü" * (MAX_BODY // 2 + 1)}, 413, "body-too-large"),
        (
            {"body": base64.b64encode(b"x" * (MAX_BODY + 1)).decode(), "isBase64Encoded": True},
            413,
            "body-too-large",
        ),
    ],
    ids=[
        "no base64",
        "no ASCII",
        "lone surrogate",
        "too long",
        "too many bytes",
        "too long inside",
    ],
)
def test_an_unreadable_body_is_a_problem_and_reaches_no_endpoint(
    api: RecordingApi, event: dict[str, Any], status: int, kind: str
) -> None:
    document = problem(api.call(**event))

    assert (document["status"], document["type"]) == (status, f"urn:fanfare:problem:{kind}")
    assert document["field"] == "$"
    assert api.requests == []


def test_the_longest_body_is_read(api: RecordingApi) -> None:
    api.call(body="x" * MAX_BODY)

    assert len(api.requests[0].body) == MAX_BODY


def test_an_unknown_route_is_a_404(api: RecordingApi) -> None:
    assert problem(api.call(routeKey="DELETE /things"))["status"] == 404


def test_a_problem_is_returned_as_a_document_with_all_its_fields(api: RecordingApi) -> None:
    api.answer = Problem(409, "changed", "It changed.", field="$.total", more={"total": 7})

    assert problem(api.call()) == {
        "type": "urn:fanfare:problem:changed",
        "title": "Conflict",
        "status": 409,
        "detail": "It changed.",
        "field": "$.total",
        "total": 7,
    }


def test_an_unexpected_error_is_a_500_with_a_remedy_and_no_details(
    api: RecordingApi,
) -> None:
    api.answer = RuntimeError("password1")
    answer = api.call()

    assert problem(answer)["status"] == 500
    assert CONTEXT.aws_request_id in problem(answer)["detail"]
    assert "password1" not in json.dumps(answer)


def test_each_request_has_one_line_with_its_outcome(api: RecordingApi) -> None:
    api.answer = Response(notes={"order": "A"})
    api.call(headers={"authorization": "Bearer secret"}, body="secret")

    (line,) = api.observer.lines
    assert line.pop("millis") >= 0
    assert line == {
        "outcome": "answered",
        "consumer": "shop",
        "route": "POST /things/{id}",
        "status": 200,
        "request": CONTEXT.aws_request_id,
        "order": "A",
    }
    assert api.observer.flushed == 1


def test_the_line_of_a_refusal_names_the_problem(api: RecordingApi) -> None:
    api.answer = Problem(422, "unknown-sku", "The shop sells no secret.")
    api.call()

    (line,) = api.observer.lines
    assert line["problem"] == "unknown-sku"


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (Response(status=304), "answered", 304),
        (Problem(422, "no", "No secret."), "refused", 422),
        (Response(status=409), "refused", 409),
        (RuntimeError("secret"), "failed", 500),
    ],
    ids=["unchanged", "problem", "conflict", "error"],
)
def test_the_line_distinguishes_answers_refusals_and_failures(
    api: RecordingApi, answer: Response | Exception, outcome: str, status: int
) -> None:
    api.answer = answer
    api.call()

    (line,) = api.observer.lines
    assert (line["outcome"], line["status"]) == (outcome, status)
    assert ("fingerprint" in line) is (outcome == "failed")
    assert "secret" not in str(line)
