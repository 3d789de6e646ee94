"""HTTP client with scripted answers in docs.stripe.com/api's shapes."""

import json
from collections.abc import Mapping
from typing import Any

from functions.framework.ports import Secret
from functions.payment.stripe.calls import StripeCalls
from functions.payment.stripe.gateway import StripeGateway
from tests.support.gateways import AMOUNT, FakeSecret, InterceptedHttp

type ScriptedAnswer = tuple[int, Mapping[str, Any]] | Exception

REFERENCE = "pi_1"
RETRIEVE = f"get {REFERENCE}"
CONFIRM = "post confirm"
CANCEL = "post cancel"
MARK = f"post {REFERENCE}"
CREATE = "post payment_intents"
REFUNDS = "get refunds"
REFUND = "post refunds"


class Script(InterceptedHttp):
    """Returns the answers in `left` in order; asserts that each request is the expected one."""

    def __init__(self, *answers: tuple[str, ScriptedAnswer]) -> None:
        super().__init__(self._answer)
        self.left = list(answers)

    def _answer(self, name: str, _: object) -> tuple[str, int, Mapping[str, str]]:
        assert self.left, f"unexpected request: {name}"
        expected, answer = self.left.pop(0)
        assert name == expected
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return json.dumps(body), status, {}


def gateway(script: Script, secret: Secret | None = None, **more: Any) -> StripeGateway:
    return StripeGateway(StripeCalls(secret or FakeSecret(), http=script, **more))


def intent(status: str, **more: Any) -> tuple[int, dict[str, Any]]:
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
    return status, {"error": {"type": kind, "message": "No.", **error}}


def refund(amount: int = AMOUNT.amount, status: str = "succeeded") -> dict[str, Any]:
    return {"id": "re_1", "object": "refund", "amount": amount, "status": status}


def refunds(*data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"object": "list", "data": list(data), "has_more": False, "url": "/v1/refunds"}
