"""The HTTP edge: requests to endpoints and answers back, errors included."""

import base64
import json
from typing import Any

import pytest

from functions.framework.http import MAX_BODY, Problem, Request, Response
from functions.runtime.handlers import api
from tests.support.api_world import World


@pytest.fixture
def world() -> World:
    return World()


def problem(answer: dict[str, Any]) -> Any:
    assert answer["headers"]["content-type"] == "application/problem+json"
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    assert document["type"].startswith("urn:fanfare:problem:")
    assert document["title"]
    assert document["detail"]
    return document


def test_a_request_reaches_the_endpoint_of_its_route(world: World) -> None:
    world.send(
        body='{"a": 1}',
        headers={"X-Thing": "1"},
        pathParameters={"id": "7"},
        queryStringParameters={"limit": "5"},
    )

    assert world.asked == [
        Request(
            headers={"x-thing": "1"},
            path={"id": "7"},
            query={"limit": "5"},
            body=b'{"a": 1}',
            id="request-1",
        )
    ]


def test_each_route_has_an_endpoint_of_its_own(world: World) -> None:
    answer = world.send(routeKey="GET /other")

    assert json.loads(answer["body"]) == "other"
    assert world.asked == []


def test_a_request_may_lack_body_headers_and_parameters(world: World) -> None:
    world.send(body=None, headers=None)

    assert world.asked == [Request(id="request-1")]


def test_an_answer_is_json_that_nobody_caches_or_guesses_at(world: World) -> None:
    world.answer = Response(status=201, body={"id": "7"})
    answer = world.send()

    assert (answer["statusCode"], json.loads(answer["body"])) == (201, {"id": "7"})
    assert answer["headers"] == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
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
def test_whatever_is_answered_is_kept_by_nobody_and_taken_for_nothing_else(
    world: World, event: dict[str, Any], answer: Response | Exception, status: int
) -> None:
    world.answer = answer
    told = world.send(**event)

    assert told["statusCode"] == status
    assert api.SAFE.items() <= told["headers"].items()


def test_an_endpoint_may_say_otherwise(world: World) -> None:
    world.answer = Response(headers={"cache-control": "max-age=60"})

    assert world.send()["headers"]["cache-control"] == "max-age=60"


def test_an_answer_without_a_body_has_none(world: World) -> None:
    world.answer = Response(status=304)

    assert world.send()["body"] == ""


def test_a_base64_body_is_decoded(world: World) -> None:
    world.send(body=base64.b64encode(b"\xff\x00").decode(), isBase64Encoded=True)

    assert world.asked[0].body == b"\xff\x00"


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
def test_a_body_that_cannot_be_read_is_a_problem_and_reaches_no_endpoint(
    world: World, event: dict[str, Any], status: int, kind: str
) -> None:
    document = problem(world.send(**event))

    assert (document["status"], document["type"]) == (status, f"urn:fanfare:problem:{kind}")
    assert document["field"] == "$"
    assert world.asked == []


def test_the_longest_body_is_read(world: World) -> None:
    world.send(body="x" * MAX_BODY)

    assert len(world.asked[0].body) == MAX_BODY


def test_a_route_that_there_is_not_is_404(world: World) -> None:
    assert problem(world.send(routeKey="DELETE /things"))["status"] == 404


def test_a_problem_is_answered_as_a_document_with_all_that_it_says(world: World) -> None:
    world.answer = Problem(409, "changed", "It changed.", field="$.total", more={"total": 7})

    assert problem(world.send()) == {
        "type": "urn:fanfare:problem:changed",
        "title": "Conflict",
        "status": 409,
        "detail": "It changed.",
        "field": "$.total",
        "total": 7,
    }


def test_an_unexpected_error_is_a_500_that_tells_the_caller_nothing_but_what_to_do(
    world: World,
) -> None:
    world.answer = RuntimeError("password1")
    answer = world.send()

    assert problem(answer)["status"] == 500
    assert "request-1" in problem(answer)["detail"]
    assert "password1" not in json.dumps(answer)


def test_one_line_a_request_says_how_it_was_answered(world: World) -> None:
    world.answer = Response(notes={"order": "A"})
    world.send(headers={"authorization": "Bearer secret"}, body="secret")

    (line,) = world.lines.lines
    assert line.pop("millis") >= 0
    assert line == {
        "outcome": "answered",
        "consumer": "shop",
        "route": "POST /things/{id}",
        "status": 200,
        "request": "request-1",
        "order": "A",
    }
    assert world.lines.flushed == 1


def test_the_line_of_a_refusal_names_the_problem(world: World) -> None:
    world.answer = Problem(422, "unknown-sku", "The shop sells no secret.")
    world.send()

    (line,) = world.lines.lines
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
def test_the_line_tells_answers_refusals_and_failures_apart(
    world: World, answer: Response | Exception, outcome: str, status: int
) -> None:
    world.answer = answer
    world.send()

    (line,) = world.lines.lines
    assert (line["outcome"], line["status"]) == (outcome, status)
    assert ("fingerprint" in line) is (outcome == "failed")
    assert "secret" not in str(line)
