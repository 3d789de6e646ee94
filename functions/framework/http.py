"""Requests, responses and RFC 9457 problem documents, independent of AWS."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from functions.framework.customer import customer_key

MAX_BODY = 64 * 1024
"""Maximum bytes of a request's body, as of an event."""

CORRELATION = "x-correlation-id"
"""The header that every answer has: an order's `correlationid`, or else the request's id."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The sender of a request: `iss` and `sub` of a verified token, which must not be logged."""

    issuer: str
    subject: str = field(repr=False)

    @property
    def customer(self) -> str:
        """The customer's key, as in `OrderPlaced.customer`."""
        return customer_key(self.issuer, self.subject)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request; header names are in lower case, parameters are by name.

    `caller` is the sender on a stage with an issuer. It is None for guests, and for an operator who
    invokes the function directly. A repeated query parameter is one value with commas.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = ""
    caller: Caller | None = None


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer; msgspec encodes `body` as JSON, and `notes` are added to the log line."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)


def has_version(if_none_match: str, etag: str) -> bool:
    """Return whether a caller has the version of this ETag, by its `If-None-Match`.

    The header is `*` or a list; `W/` before a tag is ignored: the comparison is weak.
    https://www.rfc-editor.org/rfc/rfc9110#field.if-none-match
    """
    return if_none_match.strip() == "*" or etag.removeprefix("W/") in re.findall(
        r'"[^"]*"', if_none_match
    )


type Endpoint = Callable[[Request], Response]


class Problem(Exception):
    """A refused request, answered as a problem document; nothing was written.

    `kind` is the last part of its `type`. `detail` states what is wrong and what to do. `field` is
    the JSON path in the body, or the name of a header or parameter. `more` are further members, and
    `headers` those that the status requires.
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
