"""What the shop answers over HTTP, as OpenAPI 3.1: made of the routes of the API's row.

https://spec.openapis.org/oas/v3.1.0; problems are those of RFC 9457.
"""

import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from functions import map as the_map
from functions.framework.routes import (
    EVERYWHERE,
    UNAUTHENTICATED,
    Answer,
    Header,
    Param,
    Refusal,
    Route,
)
from ops.contracts.components import PLACE, VERSION, components
from ops.contracts.gate import SAMPLES
from ops.contracts.schema import Schema

PROBLEM = "application/problem+json"
KIND = "urn:fanfare:problem:{kind}"
SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "The Idempotency-Key that the order was placed with: who has it may see and"
        " cancel the order.",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the stage's OIDC issuer, for its audience.",
    },
}
"""How a route's bearer tokens are said in the document."""

GATEWAYS = {
    "application/json": {
        "schema": {"type": "object", "properties": {"message": {"type": "string"}}}
    }
}
"""A refusal of API Gateway itself."""

THROTTLED = {
    "description": "Too many requests, of all callers; wait a little.",
    "content": GATEWAYS,
}
"""What it answers beyond a route's rate."""

CHALLENGE = {
    "WWW-Authenticate": {
        "description": "What to authenticate with.",
        "required": True,
        "schema": {"type": "string"},
    }
}


class _Forms:
    """The schemas of all that routes mention, by what they mention."""

    def __init__(self, routes: Iterable[Route]) -> None:
        forms = list(_mentioned(routes))
        schemas, self.shared = components(forms)
        self._known = list(zip(forms, schemas, strict=True))

    def __getitem__(self, form: Any) -> Schema:
        return next(schema for known, schema in self._known if known is form)


def openapi(routes: tuple[Route, ...] = the_map.API.routes) -> dict[str, Any]:
    """Return the document."""
    forms = _Forms(routes)
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, forms)
    refusals = {refusal.kind: refusal for route in routes for refusal in _refusals(route)}
    used = {scheme for route in routes for scheme in route.bearer}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fanfare's shop",
            "version": VERSION,
            "description": "Orders are accepted at once and carried out afterwards: look at one"
            " again as `Retry-After` says. Refusals are problem documents (RFC 9457), of which"
            " `type` tells the kind and `detail` what to do.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The stage's HTTP API"}],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": forms.shared
            | {"Problem": _PROBLEM}
            | {_problem_name(r): _problem_schema(r, forms) for _, r in sorted(refusals.items())},
            "securitySchemes": {name: SCHEMES[name] for name in SCHEMES if name in used},
        },
    }


def _operation(route: Route, forms: _Forms) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.endpoint,
        "summary": route.summary,
        "parameters": [_parameter(param, forms) for param in route.params],
        "responses": _responses(route, forms),
        "security": [{scheme: []} if scheme else {} for scheme in route.bearer],
        "x-throttle": {"rate": route.rate, "burst": route.burst},
    }
    if route.takes:
        content: dict[str, Any] = {"schema": forms[route.takes]}
        sample = SAMPLES / f"{route.path.strip('/')}.json"
        if sample.exists():
            content["examples"] = {sample.stem: {"value": json.loads(sample.read_bytes())}}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _parameter(param: Param, forms: _Forms) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": param.where,
        "required": param.required or param.where == "path",
        "description": param.about,
        "schema": forms[param.form],
    }


# -- answers ---------------------------------------------------------------------------------------


def _responses(route: Route, forms: _Forms) -> dict[str, Any]:
    responses = {str(answer.status): _answer(answer, forms) for answer in route.answers}
    refusals = {(r.status, r.kind): r for r in _refusals(route)}
    for status in sorted({status for status, _ in refusals}):
        at_once = [refusals[key] for key in sorted(refusals) if key[0] == status]
        responses[str(status)] = _refusal(at_once)
    if not route.public:
        content = responses["401"]["content"] | GATEWAYS
        responses["401"] |= {"headers": CHALLENGE, "content": content}
    return dict(sorted((responses | {"429": THROTTLED}).items()))


def _refusals(route: Route) -> tuple[Refusal, ...]:
    """Return all problems that a request to a route may be answered with."""
    return (*EVERYWHERE, *(() if route.public else (UNAUTHENTICATED,)), *route.problems)


def _answer(answer: Answer, forms: _Forms) -> dict[str, Any]:
    response: dict[str, Any] = {"description": answer.about}
    if answer.headers:
        response["headers"] = {header.name: _header(header, forms) for header in answer.headers}
    if answer.body:
        response["content"] = {"application/json": {"schema": forms[answer.body]}}
    return response


def _header(header: Header, forms: _Forms) -> dict[str, Any]:
    return {
        "description": header.about,
        "required": header.always,
        "schema": forms[header.form],
    }


# -- problems --------------------------------------------------------------------------------------

_PROBLEM = {
    "type": "object",
    "description": "A refusal; nothing was written.",
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, a URN."},
        "title": {"type": "string", "description": "The HTTP status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and what to do."},
        "field": {
            "type": "string",
            "description": "The JSON path, header or query parameter that is wrong.",
        },
    },
    "required": ["type", "title", "status", "detail"],
}


def _refusal(refusals: list[Refusal]) -> dict[str, Any]:
    refs = [{"$ref": PLACE.format(name=_problem_name(refusal))} for refusal in refusals]
    return {
        "description": " ".join(dict.fromkeys(refusal.about for refusal in refusals)),
        "content": {
            PROBLEM: {
                "schema": refs[0] if len(refs) == 1 else {"oneOf": refs},
                "examples": {refusal.kind: {"value": _example(refusal)} for refusal in refusals},
            }
        },
    }


def _problem_name(refusal: Refusal) -> str:
    return "Problem." + re.sub(r"(^|-)(\w)", lambda word: word[2].upper(), refusal.kind)


def _problem_schema(refusal: Refusal, forms: _Forms) -> Schema:
    return {
        "allOf": [{"$ref": PLACE.format(name="Problem")}],
        "description": refusal.about,
        "type": "object",
        "properties": {
            "type": {"const": KIND.format(kind=refusal.kind)},
            "status": {"const": refusal.status},
            **{name: forms[form] for name, form in refusal.more.items()},
        },
        "required": ["type", "status", *refusal.more],
    }


def _example(refusal: Refusal) -> dict[str, Any]:
    return {
        "type": KIND.format(kind=refusal.kind),
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.about,
    }


def _mentioned(routes: Iterable[Route]) -> Iterable[Any]:
    for route in routes:
        yield from [route.takes] if route.takes else []
        yield from (param.form for param in route.params)
        for answer in route.answers:
            yield from [answer.body] if answer.body else []
            yield from (header.form for header in answer.headers)
        for refusal in route.problems:
            yield from refusal.more.values()
