"""Direct invocations: the plain body in, the plain document out."""

from typing import Any

import pytest

from functions.framework.http import MAX_BODY, Request, Response
from tests.support.api_world import CONTEXT, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_direct_invocation_reaches_its_endpoint_with_the_plain_body(world: World) -> None:
    world.answer = Response(body={"id": "7"}, headers={"location": "/things/7"})
    answer = world.handle({"a": 1, "idempotency_key": "k"}, CONTEXT)

    assert answer == {"id": "7"}
    assert world.asked == [
        Request(
            headers={"content-type": "application/json", "idempotency-key": "k"},
            body=b'{"a":1}',
            id="request-1",
        )
    ]
    assert world.lines.lines[0]["route"] == "direct"


def test_a_direct_invocation_is_not_altered(world: World) -> None:
    payload = {"a": 1, "idempotency_key": "k"}
    world.handle(payload, CONTEXT)

    assert payload == {"a": 1, "idempotency_key": "k"}


@pytest.mark.parametrize(
    "payload",
    [[], "order", None, 7, {"a": "\ud800"}, {"a": "x" * MAX_BODY}],
    ids=["list", "text", "nothing", "number", "lone surrogate", "too long"],
)
def test_a_direct_invocation_with_anything_but_a_document_is_a_problem(
    world: World, payload: Any
) -> None:
    answer = world.handle(payload, CONTEXT)

    assert 400 <= answer["status"] < 500
    assert answer["field"] == "$"
    assert world.asked == []
    assert world.lines.outcomes == ["refused"]


def test_without_a_context_a_request_has_an_id_of_its_own(world: World) -> None:
    for _ in range(2):
        world.handle({}, None)

    first, second = world.asked
    assert first.id
    assert first.id != second.id
