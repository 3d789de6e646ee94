"""An API of one endpoint, which keeps what it was asked and answers as told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from functions.framework.http import Request, Response
from functions.framework.routes import Route
from functions.framework.service import Api
from functions.runtime.handlers.api import api_handler
from functions.runtime.memory.observer import MemoryObserver

CONTEXT = SimpleNamespace(aws_request_id="request-1")


@dataclass
class World:
    """An API of one endpoint, which keeps what it was asked and answers as told."""

    lines: MemoryObserver = field(default_factory=MemoryObserver)
    asked: list[Request] = field(default_factory=list)
    answer: Response | Exception = field(default_factory=Response)
    issuer: str | None = None

    def endpoint(self, request: Request) -> Response:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def handle(self) -> Callable[..., Any]:
        routes = (
            Route(method="POST", path="/things/{id}", endpoint="thing", rate=1, burst=1),
            Route(method="GET", path="/other", endpoint="other", rate=1, burst=1, public=True),
        )
        api = Api(name="shop", routes=routes, direct="thing", build=lambda *_: {})
        other = Response(body="other")
        endpoints = {"thing": self.endpoint, "other": lambda _: other}
        return api_handler(api, endpoints, self.lines, self.issuer)

    def send(self, **event: Any) -> Any:
        """Send an HTTP API event (payload 2.0) and return the answer."""
        return self.handle({"routeKey": "POST /things/{id}", "requestContext": {}} | event, CONTEXT)
