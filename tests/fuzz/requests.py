"""Malformed requests, as events of an HTTP API (payload 2.0)."""

import json
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from functions.checkout.listing import _cursor
from functions.framework.api import http_services
from functions.framework.http import MAX_BODY
from functions.map import SERVICES
from functions.runtime.memory.lambda_events import http_request
from testkit.builders import ISSUER, verified
from testkit.customer import BODY, KEY, ORDER, OTHER_KEY, WHOLE
from tests.fuzz.values import MARK, broken, edited, encoded, json_values, names, texts, towers
from tests.support.openapi import DOCUMENT

SERVED_BY = {
    route.key: service.name for service in http_services(SERVICES) for route in service.routes
}
"""The service of each route."""

ROUTES = list(SERVED_BY)
PLACE = "POST /checkout"
OPERATIONS = schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT)))
"""docs/openapi.json, as schemathesis reads it."""

CUSTOMER = "auth0|robin"

_bytes = st.one_of(
    edited(BODY).flatmap(broken),
    st.binary(max_size=40),
    st.just(MARK.encode("utf-16")),
    towers.map(str.encode),
)
_lines = st.fixed_dictionaries(
    {"sku": st.from_regex(r"[A-Z-]{1,9}", fullmatch=True), "quantity": st.integers(1, 999)}
)
_totals = st.fixed_dictionaries(
    {"amount": st.integers(0, 10**20), "currency": st.sampled_from(["EUR", "USD"])}
)
_unsaleable = st.fixed_dictionaries(
    {}, optional={"lines": st.lists(_lines, min_size=1, max_size=3), "expected_total": _totals}
).map(lambda edit: json.dumps(BODY | edit))
"""Orders of a valid form, most of which the shop refuses."""

_texts = st.one_of(
    _unsaleable, edited(BODY), edited(BODY, edits=5), towers, texts, st.just(str(BODY))
)
bodies = st.one_of(
    _texts.map(lambda text: {"body": text, "isBase64Encoded": False}),
    _bytes.map(encoded),
    edited(BODY).map(lambda text: encoded(text.encode("utf-8", "surrogatepass"))),
    texts.map(lambda text: {"body": text, "isBase64Encoded": True}),
    st.just({}),
)
"""Bodies, most of which are not a valid order."""

keys = st.one_of(
    st.sampled_from([KEY, KEY.upper(), OTHER_KEY, f" {KEY}\n", KEY.replace("-", ""), "K" * 36]),
    texts,
)
schemes = st.sampled_from(["Bearer", "bEARER ", "Basic"])
media = ["application/json; charset=utf-7", "APPLICATION/JSON", "text/plain", "multipart/form-data"]
known_headers = {
    "content-type": st.one_of(st.sampled_from(["application/json", *media]), texts),
    "idempotency-key": keys,
    "authorization": st.one_of(st.builds("{} {}".format, schemes, keys), texts),
    "traceparent": st.one_of(texts, st.just(f"00-{'4b' * 16}-{'00' * 8}-01\n")),
    "if-none-match": texts,
}
cases = st.sampled_from([str.lower, str.title, str.upper])
headers = st.builds(
    lambda more, known, many: (
        more | {case(name): value for name, (case, value) in known.items()} | many
    ),
    st.dictionaries(names, texts, max_size=3),
    st.fixed_dictionaries(
        {}, optional={name: st.tuples(cases, value) for name, value in known_headers.items()}
    ),
    st.sampled_from([{}, {}, {}, {f"x-{number}": MARK for number in range(500)}]),
)
"""Headers with any case, too many, or malformed."""

known_cursors = [_cursor(MARK, ORDER), _cursor("1", ORDER), "=", "A" * 200, "A" * 200 + "\ud800"]
cursors = st.one_of(
    st.sampled_from(known_cursors),
    texts,
    texts.map(lambda text: text.encode("utf-8", "surrogatepass").hex()),
)
limits = st.one_of(texts, st.integers().map(str), st.sampled_from(["1,2", "0x1", " 5"]))
queries = st.one_of(
    st.none(),
    st.fixed_dictionaries({}, optional={"limit": limits, "cursor": cursors}),
    st.dictionaries(names, texts, max_size=3),
)
ids = st.one_of(texts, st.sampled_from([ORDER, ORDER.lower(), f"{ORDER}\n"]))
paths = st.one_of(
    st.none(), st.dictionaries(names, texts, max_size=2), st.fixed_dictionaries({"id": ids})
)
claims = st.one_of(
    st.fixed_dictionaries({"iss": st.just(ISSUER), "sub": texts}),
    st.dictionaries(st.sampled_from(["iss", "sub", "scope"]), json_values),
    json_values,
)
contexts = st.one_of(
    st.just({}),
    claims.map(lambda value: {"authorizer": {"jwt": {"claims": value}}}),
    json_values.map(lambda value: {"authorizer": value}),
    json_values.map(lambda value: {"authorizer": {"jwt": value}}),
    st.dictionaries(names, json_values, max_size=2),
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A valid request with one to three malformed parts, each still of AWS's type."""
    event = http_request(
        draw(st.sampled_from([*ROUTES, PLACE])),
        body=WHOLE,
        headers={"authorization": f"Bearer {KEY}"},
        version="2.0",
        rawPath=MARK,
        cookies=[MARK],
        requestContext=verified(CUSTOMER),
        pathParameters={"id": ORDER},
        queryStringParameters=None,
        isBase64Encoded=False,
    )
    malformed = draw(st.sets(st.sampled_from(sorted(_PARTS)), min_size=1, max_size=3))
    for part in sorted(malformed):
        drawn = draw(_PARTS[part])
        event |= drawn if part == "body" else {part: drawn}
    return event


_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "requestContext": contexts,
    "headers": st.one_of(headers, headers, st.none()),
    "pathParameters": paths,
    "queryStringParameters": queries,
    "body": bodies,
}


orders = bodies.map(lambda body: http_request(PLACE, headers={"idempotency-key": OTHER_KEY}) | body)
"""Requests to place an order in which only the body is malformed."""


@st.composite
def misshapen(draw: st.DrawFn) -> dict[str, Any]:
    """An event that no HTTP API sends, but a direct invocation of the function may."""
    event = draw(requests())
    for member in draw(st.sets(st.sampled_from(sorted(event)), min_size=1, max_size=3)):
        if member != "requestContext" and draw(st.booleans()):
            del event[member]
        else:
            event[member] = draw(json_values)
    return event


members = st.one_of(st.just("idempotency_key"), st.sampled_from(sorted(BODY)), names)
payloads = st.one_of(
    json_values,
    st.fixed_dictionaries(dict.fromkeys(BODY, json_values), optional={"idempotency_key": texts}),
    st.builds(lambda name, value: BODY | {name: value}, members, json_values),
    st.just(BODY | {"email": MARK * MAX_BODY}),
)
"""Payloads of direct invocations."""


def _as_event(case: Any) -> dict[str, Any]:
    """Return a case of schemathesis as the event that an HTTP API sends for it."""
    path = {name: str(value) for name, value in (case.path_parameters or {}).items()}
    query = {name: str(value) for name, value in (case.query or {}).items()}
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    event = http_request(
        f"{case.method} {case.operation.path}",
        headers={"content-type": case.media_type or "application/json"} | headers,
        requestContext=verified(CUSTOMER),
        pathParameters=path,
        queryStringParameters=query,
    )
    if isinstance(case.body, bytes):
        return event | encoded(case.body)
    return event if case.media_type is None else event | {"body": json.dumps(case.body)}


described = st.one_of(
    [
        OPERATIONS.exclude(path="/products").as_strategy(generation_mode=mode).map(_as_event)
        for mode in GenerationMode
    ]
)
"""Requests that the document allows, and requests that it does not allow."""
