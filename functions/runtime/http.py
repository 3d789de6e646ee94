"""Requests, responses and RFC 9457 problem documents, whatever carries them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

MAX_BODY = 64 * 1024
"""Bytes of a request's body; an event could not carry more."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request: header names in lower case, path parameters by name, the body as bytes."""

    headers: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer: `body` is anything that msgspec turns into JSON; `notes` go into the log line."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)


type Endpoint = Callable[[Request], Response]


class Problem(Exception):
    """A refusal, answered as a problem document; nothing was written.

    `kind` is the last part of its `type`, `title` a sentence for people, `detail` what is wrong in
    this case and what to do, `field` the JSON path in the body, and `more` further members.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        field: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Take the HTTP status, the kind and what is to be said."""
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.field = field
        self.more = dict(more or {})

    def response(self) -> Response:
        """Return the problem document."""
        document = {
            "type": f"urn:fanfare:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.field:
            document["field"] = self.field
        return Response(
            status=self.status,
            body=document | self.more,
            headers={"content-type": "application/problem+json"},
            notes={"problem": self.kind},
        )
