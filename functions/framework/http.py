"""Requests, responses and RFC 9457 problem documents, whatever carries them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

MAX_BODY = 64 * 1024
"""Bytes of a request's body; an event could not carry more."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who sent a request, as a verified token says: its `iss` and `sub`, which no log may hold."""

    issuer: str
    subject: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request: header names in lower case, path and query parameters by name, the body as bytes.

    `caller` is who sent it, on a stage with an issuer; a guest's is None, and so is that of an
    operator who invokes the function directly. A query parameter that is repeated is one value
    with commas.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = ""
    caller: Caller | None = None


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
    this case and what to do, `field` the JSON path in the body, or the header or query parameter,
    `more` further members, and `headers` what the protocol wants with the status.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        field: str | None = None,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take the HTTP status, the kind and what is to be said."""
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.field = field
        self.more = dict(more or {})
        self.headers = dict(headers or {})

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
            headers={"content-type": "application/problem+json"} | self.headers,
            notes={"problem": self.kind},
        )
