"""HTTP client with scripted answers in docs.stripe.com/api's shapes; it records the requests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from functions.framework.ports import Secret
from functions.payment.stripe.calls import StripeCalls
from functions.payment.stripe.gateway import StripeGateway
from tests.support.gateways import AMOUNT, FakeSecret

type ScriptedAnswer = tuple[int, Mapping[str, Any]] | Exception

REFERENCE = "pi_1"
RETRIEVE = f"get {REFERENCE}"
CONFIRM = "post confirm"
CANCEL = "post cancel"
MARK = f"post {REFERENCE}"
CREATE = "post payment_intents"
REFUNDS = "get refunds"
REFUND = "post refunds"


@dataclass(frozen=True)
class SentRequest:
    """A request: its name such as `post confirm`, its form or query, headers and host."""

    name: str
    form: dict[str, str]
    headers: dict[str, str]
    host: str


class Script(stripe.HTTPClient):
    """Returns its answers in order and asserts that each request is the expected one."""

    name = "script"

    def __init__(self, *answers: tuple[str, ScriptedAnswer]) -> None:
        super().__init__()
        self._left = list(answers)
        self.requests: list[SentRequest] = []

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        name = f"{method} {parts.path.rpartition('/')[2]}"
        form = dict(parse_qsl(post_data or parts.query))
        self.requests.append(SentRequest(name, form, dict(headers), parts.netloc))
        assert self._left, f"unexpected request: {name}"
        expected, answer = self._left.pop(0)
        assert name == expected
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return json.dumps(body), status, {}

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0

    def finished(self) -> bool:
        """Return whether every answer was used."""
        return not self._left

    @property
    def names(self) -> list[str]:
        return [request.name for request in self.requests]


def gateway(script: Script, secret: Secret | None = None, **more: Any) -> StripeGateway:
    return StripeGateway(StripeCalls(secret or FakeSecret(), http=script, **more))


def intent(status: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Return an answer with an intent."""
    body = {
        "id": REFERENCE,
        "object": "payment_intent",
        "amount": AMOUNT.amount,
        "currency": "eur",
        "status": status,
        "latest_charge": None,
        "last_payment_error": None,
        "metadata": {},
    }
    return 200, body | more


def refused(status: int, kind: str = "invalid_request_error", **error: str) -> ScriptedAnswer:
    """Return an error answer."""
    return status, {"error": {"type": kind, "message": "No.", **error}}


def refund(amount: int = AMOUNT.amount, status: str = "succeeded") -> dict[str, Any]:
    return {"id": "re_1", "object": "refund", "amount": amount, "status": status}


def refunds(*data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"object": "list", "data": list(data), "has_more": False, "url": "/v1/refunds"}
