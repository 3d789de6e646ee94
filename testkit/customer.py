"""A customer of the shop over HTTP, a valid order, and the answers."""

import json
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec

from functions.checkout.identity import order_id
from functions.payment.sandbox import SUCCESS
from functions.runtime.main import Handler
from functions.runtime.memory.lambda_events import http_request
from testkit.builders import EMAIL, SHIP_TO

KEY = str(UUID(int=0xF00D))
OTHER_KEY = str(UUID(int=0xCAFE))
ORDER = order_id(KEY)
BODY: dict[str, Any] = {
    "lines": [{"sku": "TRUMPET-BB", "quantity": 1}, {"sku": "MUTE-CUP", "quantity": 2}],
    "email": EMAIL,
    "ship_to": msgspec.to_builtins(SHIP_TO),
    "payment_token": SUCCESS,
}
WHOLE = json.dumps(BODY)


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer, with its body parsed from JSON."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def problem(self) -> str:
        """The kind of the problem document; its detail must be a sentence."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.body["status"] == self.status
        assert re.fullmatch(r"[A-Z`].*[a-z].*\.", self.body["detail"])
        return str(self.body["type"]).removeprefix("urn:fanfare:problem:")


class Customer:
    """Sends requests to `handle`, the API's handler, with the request context `context`."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle
        self.context: dict[str, Any] = {}

    def send(self, event: dict[str, Any]) -> HttpAnswer:
        """Send an HTTP API event (payload 2.0)."""
        answer = self.handle(event, SimpleNamespace(aws_request_id="request-1"))
        body = json.loads(answer["body"]) if answer["body"] else None
        return HttpAnswer(answer["statusCode"], answer["headers"], body)

    def request(
        self,
        route: str,
        *,
        body: Any = None,
        path: Any = None,
        query: Any = None,
        **headers: str | None,
    ) -> HttpAnswer:
        """Send a request, without the headers that are None; a body that is no text is JSON.

        `path` and `query` are its parameters by name.
        """
        event = http_request(
            route,
            body=body if isinstance(body, str) or body is None else json.dumps(body),
            headers={name.replace("_", "-"): v for name, v in headers.items() if v is not None},
            pathParameters=path,
            queryStringParameters=query,
            requestContext=self.context,
        )
        return self.send(event)

    def place(self, body: Any = BODY, key: str | None = KEY, **headers: str | None) -> HttpAnswer:
        """Place an order under an idempotency key."""
        return self.request("POST /checkout", body=body, idempotency_key=key, **headers)

    def show(
        self,
        order: str = ORDER,
        bearer: str | None = KEY,
        route: str = "GET /orders/{id}",
        **headers: str,
    ) -> HttpAnswer:
        """Ask for an order with the key under which it was placed, or with another token."""
        allowed = f"Bearer {bearer}" if bearer else None
        return self.request(route, path={"id": order}, authorization=allowed, **headers)

    def cancel(self, order: str = ORDER, bearer: str | None = KEY) -> HttpAnswer:
        """Cancel an order with the key under which it was placed."""
        return self.show(order, bearer, "POST /orders/{id}/cancel")
