"""A Stripe that answers from a script, in docs.stripe.com/api's shapes, and notes what is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from functions.framework.ports import Secret
from functions.payment.stripe.calls import StripeCalls
from functions.payment.stripe.gateway import StripeGateway
from tests.support.gateways import AMOUNT, Vault

type Answer = tuple[int, Mapping[str, Any]] | Exception

REFERENCE = "pi_1"
LOOK = f"get {REFERENCE}"
CONFIRM = "post confirm"
CANCEL = "post cancel"
MARK = f"post {REFERENCE}"
CREATE = "post payment_intents"
REFUNDS = "get refunds"
REFUND = "post refunds"


@dataclass(frozen=True)
class Asked:
    """One request: `post confirm`, its form or query, its headers, and whom it goes to."""

    what: str
    form: dict[str, str]
    headers: dict[str, str]
    host: str


class Script(stripe.HTTPClient):
    """Plays its answers in order; each is for the request that it names."""

    name = "script"

    def __init__(self, *answers: tuple[str, Answer]) -> None:
        super().__init__()
        self._left = list(answers)
        self.asked: list[Asked] = []

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        what = f"{method} {parts.path.rpartition('/')[2]}"
        self.asked.append(
            Asked(what, dict(parse_qsl(post_data or parts.query)), dict(headers), parts.netloc)
        )
        assert self._left, f"nobody expected {what}"
        expected, answer = self._left.pop(0)
        assert what == expected
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return json.dumps(body), status, {}

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0

    def done(self) -> bool:
        """Tell whether all of the script was played."""
        return not self._left

    @property
    def what(self) -> list[str]:
        return [asked.what for asked in self.asked]


def gateway(script: Script, vault: Secret | None = None, **more: Any) -> StripeGateway:
    return StripeGateway(StripeCalls(vault or Vault(), http=script, **more))


def intent(status: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Return the answer that is an intent."""
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


def refused(status: int, kind: str = "invalid_request_error", **error: str) -> Answer:
    """Return an answer that is an error."""
    return status, {"error": {"type": kind, "message": "No.", **error}}


def refund(amount: int = AMOUNT.amount, status: str = "succeeded") -> dict[str, Any]:
    return {"id": "re_1", "object": "refund", "amount": amount, "status": status}


def refunds(*data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"object": "list", "data": list(data), "has_more": False, "url": "/v1/refunds"}
