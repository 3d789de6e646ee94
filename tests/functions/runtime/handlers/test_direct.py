"""Direct invocations of the API: a plain body in, a plain document out."""

from typing import Any

import pytest

from functions.framework.http import MAX_BODY, Request, Response
from functions.runtime.memory.application import CONTEXT
from tests.support.handlers import RecordingApi


@pytest.fixture
def api() -> RecordingApi:
    return RecordingApi()


def test_a_direct_invocation_reaches_its_endpoint_with_the_plain_body(api: RecordingApi) -> None:
    api.answer = Response(body={"id": "7"}, headers={"location": "/things/7"})
    answer = api.invoke("shop", {"a": 1, "idempotency_key": "k"})

    assert answer == {"id": "7"}
    assert api.requests == [
        Request(
            headers={"content-type": "application/json", "idempotency-key": "k"},
            body=b'{"a":1}',
            id=CONTEXT.aws_request_id,
        )
    ]
    assert api.observer.lines[0]["route"] == "direct"


def test_the_payload_of_a_direct_invocation_is_not_changed(api: RecordingApi) -> None:
    payload = {"a": 1, "idempotency_key": "k"}
    api.invoke("shop", payload)

    assert payload == {"a": 1, "idempotency_key": "k"}


@pytest.mark.parametrize(
    "payload",
    [[], "order", None, 7, {"a": "\ud800"}, {"a": "x" * MAX_BODY}],
    ids=["list", "text", "nothing", "number", "lone surrogate", "too long"],
)
def test_a_direct_invocation_without_a_valid_document_is_a_problem(
    api: RecordingApi, payload: Any
) -> None:
    answer = api.invoke("shop", payload)

    assert 400 <= answer["status"] < 500
    assert answer["field"] == "$"
    assert api.requests == []
    assert api.observer.outcomes == ["refused"]


def test_without_a_context_each_request_has_a_new_id(api: RecordingApi) -> None:
    for _ in range(2):
        api.handlers["shop"]({}, None)

    first, second = api.requests
    assert first.id
    assert first.id != second.id
