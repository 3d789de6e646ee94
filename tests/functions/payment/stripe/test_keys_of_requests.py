"""The Stripe of the tests runs an idempotency key once at a time, as Stripe does."""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.support.gateways import KEY

FORM = urlencode({"amount": 1000, "currency": "eur", "payment_method": "pm_card_visa"})
OTHER_FORM = FORM.replace("1000", "2000")

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

type Request = Callable[..., http.client.HTTPConnection]


@pytest.fixture
def request_with_key(stripe_address: str, request: pytest.FixtureRequest) -> Request:
    """Return a function that sends the headers of a request, whose body is to follow.

    It returns when the server handles the request, and waits for its body.
    """

    def begin(form: str = FORM) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(urlsplit(stripe_address).netloc, timeout=10)
        connection.putrequest("POST", "/v1/payment_intents")
        connection.putheader("Authorization", f"Bearer {KEY}")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(len(form)))
        connection.putheader("Idempotency-Key", request.node.name)
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        request.addfinalizer(connection.close)
        assert connection.sock.recv(len(CONTINUE)) == CONTINUE
        return connection

    return begin


def answer_of(connection: http.client.HTTPConnection, form: str = FORM) -> tuple[int, Any]:
    """Send the body of a request and return the answer."""
    connection.send(form.encode())
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_real_server_refuses_a_key_that_another_request_uses(request_with_key: Request) -> None:
    first, second = request_with_key(), request_with_key()

    status, answer = answer_of(second)
    assert (status, answer["error"]["code"]) == (409, "idempotency_key_in_use")

    done = answer_of(first)
    assert done[0] == 200
    assert answer_of(request_with_key()) == done


def test_a_real_server_refuses_a_key_with_other_parameters(request_with_key: Request) -> None:
    status, first = answer_of(request_with_key())
    assert status == 200

    status, answer = answer_of(request_with_key(OTHER_FORM), OTHER_FORM)
    assert (status, answer["error"]["type"]) == (400, "idempotency_error")
    assert answer_of(request_with_key()) == (200, first)
