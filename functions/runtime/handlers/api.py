"""The Lambda handler of HTTP requests and direct invocations, which calls endpoints."""

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec

from functions.framework.api import Api
from functions.framework.http import (
    CORRELATION,
    MAX_BODY,
    Caller,
    Endpoint,
    Problem,
    Request,
    Response,
    has_version,
)
from functions.framework.outcomes import Outcome
from functions.framework.routes import Route
from functions.framework.service import Consumer
from functions.runtime.handlers.caller import caller_of
from functions.runtime.handlers.observer import Observer, failure

IDEMPOTENCY_KEY = "idempotency_key"
"""The member of a direct invocation that replaces the header of that name."""

DIRECT = "direct"
"""The route that log lines of direct invocations have."""

WHOLE_BODY = "$"
"""The `field` of a problem that concerns the whole body: its JSON path."""

UNROUTED = "unrouted"
"""The route that log lines have for unknown routes; the requested one is not logged."""

SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}
"""Security headers of every answer; an endpoint may set another `cache-control`.

https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
"""

AGAIN = "Try again"
AGAIN_SAFELY = "Try again with the same Idempotency-Key, it will not order twice"
"""What a caller can do after an error of ours: in general, and at the shop's API."""

type Handler = Callable[[dict[str, Any], Any], Any]
type _Texts = dict[str, str]


class MissingEndpoint(LookupError):
    """A route names an endpoint that the service does not build."""


class _HttpEvent(msgspec.Struct, frozen=True):
    """The fields of an HTTP API event (payload 2.0) that are used.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """

    routeKey: str  # noqa: N815  it is AWS's name, as the next are
    requestContext: dict[str, Any]  # noqa: N815
    headers: _Texts | None = None
    pathParameters: _Texts | None = None  # noqa: N815
    queryStringParameters: _Texts | None = None  # noqa: N815
    body: str | None = None
    isBase64Encoded: bool = False  # noqa: N815


def api_handler(
    service: Api | Consumer,
    endpoints: dict[str, Endpoint],
    observer: Observer,
    issuer: str | None = None,
) -> Handler:
    """Return the function that Lambda calls with an HTTP API event (payload 2.0), or a plain body.

    With an `issuer`, a route that is not public needs a token of that issuer that the HTTP API has
    verified. The function never verifies an Authorization header itself, so it stays closed behind
    any other trigger.

    A direct invocation is answered with the plain document. IAM authorizes it, and it has no
    caller. A consumer has no direct invocation.

    Raises:
        MissingEndpoint: a route names an endpoint that is not in `endpoints`.
    """
    routes = {key: route for route in service.routes for key in route.keys}
    direct = service.direct if isinstance(service, Api) else ""
    again = AGAIN_SAFELY if isinstance(service, Api) else AGAIN
    _check(service, endpoints, direct)

    def handle(event: Any, context: Any) -> Any:
        began = time.perf_counter()
        request_id = getattr(context, "aws_request_id", None) or str(uuid4())
        over_http = is_request(event)
        route = UNROUTED if over_http else DIRECT
        failed: dict[str, str] = {}
        try:
            if over_http:
                sent = _read(event)
                matched = _route(routes, sent.routeKey)
                route = matched.key
                caller = None if issuer is None or matched.public else caller_of(event, issuer)
                request = _http_request(sent, request_id, caller)
                response = _shortened(endpoints[matched.endpoint](request), request, sent.routeKey)
            else:
                response = endpoints[direct](_direct_request(event, request_id))
        except Problem as problem:
            response = problem.response()
        except Exception as error:  # noqa: BLE001  the caller gets a problem document, the log the cause
            response, failed = _broken(request_id, again).response(), failure(error)
        observer.record(
            _outcome(response, failed),
            consumer=service.name,
            route=route,
            status=response.status,
            request=request_id,
            millis=round((time.perf_counter() - began) * 1000, 1),
            **response.notes,
            **failed,
        )
        observer.flush()
        if not over_http:
            return msgspec.to_builtins(response.body)
        return _over_http(response, {CORRELATION: request_id})

    return handle


def with_routes(other: Handler, answer: Handler) -> Handler:
    """Return a handler that answers HTTP requests with `answer`, and calls `other` for the rest.

    A client chooses values of a request's event and not its members, so no request is taken for a
    batch.
    """

    def handle(event: dict[str, Any], context: Any) -> Any:
        return (answer if is_request(event) else other)(event, context)

    return handle


def is_request(event: Any) -> bool:
    """Return whether an event is from an HTTP API."""
    return isinstance(event, dict) and "requestContext" in event


def _shortened(response: Response, request: Request, key: str) -> Response:
    """Return the response without a body for HEAD, or if the caller has its version."""
    if not key.startswith(("GET ", "HEAD ")):
        return response
    known = request.headers.get("if-none-match")
    etag = response.headers.get("etag")
    if response.status == 200 and known and etag and has_version(known, etag):
        return replace(response, status=304, body=None)
    return replace(response, body=None) if key.startswith("HEAD ") else response


def _check(service: Api | Consumer, endpoints: dict[str, Endpoint], direct: str) -> None:
    needed = {route.endpoint for route in service.routes} | {direct} - {""}
    if missing := needed - endpoints.keys():
        raise MissingEndpoint(
            f"{service.name}: its routes name the endpoint {', '.join(sorted(missing))}, and its"
            f" function returns {', '.join(sorted(endpoints)) or 'none at all'}"
        )


def _outcome(response: Response, failed: dict[str, str]) -> Outcome:
    if failed:
        return Outcome.FAILED
    return Outcome.ANSWERED if response.status < 400 else Outcome.REFUSED


def _route(routes: dict[str, Route], key: str) -> Route:
    if key not in routes:
        raise Problem(404, "no-such-route", "There is no such route.")
    return routes[key]


def _broken(request_id: str, again: str) -> Problem:
    detail = f"Something failed on our side. {again}; quote {request_id} if it goes on."
    return Problem(500, "internal", detail)


def _read(event: dict[str, Any]) -> _HttpEvent:
    try:
        return msgspec.convert(event, _HttpEvent)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # half a character is none
        raise _malformed("This is no event of an HTTP API, payload 2.0.") from error


def _http_request(sent: _HttpEvent, request_id: str, caller: Caller | None) -> Request:
    body = sent.body or ""
    try:
        raw = base64.b64decode(body, validate=True) if sent.isBase64Encoded else body.encode()
    except (binascii.Error, ValueError) as error:
        what = "base64" if sent.isBase64Encoded else "UTF-8"
        raise _malformed(f"The body is not valid {what}.") from error
    return Request(
        headers={name.lower(): value for name, value in (sent.headers or {}).items()},
        path=sent.pathParameters or {},
        query=sent.queryStringParameters or {},
        body=_bounded(raw),
        id=request_id,
        caller=caller,
    )


def _direct_request(event: Any, request_id: str) -> Request:
    if not isinstance(event, dict):
        raise _malformed("Invoke the function with a JSON object.")
    headers = {"content-type": "application/json"}
    body = dict(event)
    key = body.pop(IDEMPOTENCY_KEY, None)
    if key is not None:
        headers["idempotency-key"] = str(key)
    try:
        raw = msgspec.json.encode(body)
    except (ValueError, RecursionError) as error:
        raise _malformed("The payload cannot be written as JSON.") from error
    return Request(headers=headers, body=_bounded(raw), id=request_id)


def _bounded(raw: bytes) -> bytes:
    if len(raw) > MAX_BODY:
        detail = f"The body has {len(raw)} bytes, at most {MAX_BODY}."
        raise Problem(413, "body-too-large", detail, field=WHOLE_BODY)
    return raw


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed-body", detail, field=WHOLE_BODY)


def _over_http(response: Response, more: _Texts) -> dict[str, Any]:
    headers = {"content-type": "application/json"} | SAFE | more | dict(response.headers)
    return {
        "statusCode": response.status,
        "headers": headers,
        "body": "" if response.body is None else msgspec.json.encode(response.body).decode(),
    }
