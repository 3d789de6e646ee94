"""OpenAPI 3.1 document of the HTTP APIs, from the routes of all rows.

https://spec.openapis.org/oas/v3.1.0; problem documents follow RFC 9457.
"""

import json
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from functions import map as the_map
from functions import names
from functions.framework.api import Api, http_services
from functions.framework.routes import (
    CORRELATED,
    EVERYWHERE,
    UNAUTHENTICATED,
    Answer,
    DeclaredProblem,
    Header,
    Param,
    Route,
)
from functions.framework.service import Consumer
from ops.contracts.components import PLACE, VERSION, components
from ops.contracts.gate import SAMPLES
from ops.contracts.gateway import CHALLENGE, GATEWAYS, SCHEMES, THROTTLED
from ops.contracts.schema import Schema

PROBLEM = "application/problem+json"
KIND = "urn:fanfare:problem:{kind}"


class _Schemas:
    """The schemas of all types in some routes, by type."""

    def __init__(self, routes: Iterable[Route]) -> None:
        types = list(_types(routes))
        schemas, self.shared = components(types)
        self._known = list(zip(types, schemas, strict=True))

    def __getitem__(self, wanted: Any) -> Schema:
        return next(schema for known, schema in self._known if known is wanted)


def openapi(
    services: Sequence[Api | Consumer] = tuple(http_services(the_map.SERVICES)),
) -> dict[str, Any]:
    """Return the document.

    An operation of a consumer has its name as a tag, and the consumer's HTTP API as its server.
    """
    routes = [route for service in services for route in service.routes]
    schemas = _Schemas(routes)
    paths: dict[str, Any] = {}
    for service in services:
        for route in service.routes:
            operation = {"operationId": _id(service, route)} | _operation(route, schemas)
            operation |= _server(service)
            paths.setdefault(route.path, {})[route.method.lower()] = operation
    problems = {problem.kind: problem for route in routes for problem in _problems(route)}
    used = {scheme for route in routes for scheme in route.bearer}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fanfare's shop",
            "version": VERSION,
            "description": "Orders are accepted at once and processed afterwards: request one again"
            " after `Retry-After`. Errors are problem documents (RFC 9457): `type` is the kind,"
            " `detail` the remedy. Each GET route answers HEAD too, without a body.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The stage's HTTP API"}],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": schemas.shared
            | {"Problem": _PROBLEM}
            | {_problem_name(r): _problem_schema(r, schemas) for _, r in sorted(problems.items())},
            "securitySchemes": {name: SCHEMES[name] for name in SCHEMES if name in used},
        },
    }


def _id(service: Api | Consumer, route: Route) -> str:
    return route.endpoint if isinstance(service, Api) else f"{service.name}.{route.endpoint}"


def _server(service: Api | Consumer) -> dict[str, Any]:
    """Return an operation's tag and server; none for the shop's API, whose server is the usual."""
    if isinstance(service, Api):
        return {}
    stack = names.prefixed("<stage>", service.name)
    about = f"The HTTP API of {service.name}: the output ApiUrl of the stack {stack}"
    return {"tags": [service.name], "servers": [{"url": "/", "description": about}]}


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "parameters": [_parameter(param, schemas) for param in route.params],
        "responses": _responses(route, schemas),
        "security": [{scheme: []} if scheme else {} for scheme in route.bearer],
        "x-throttle": {"rate": route.rate, "burst": route.burst},
    }
    if route.takes:
        content: dict[str, Any] = {"schema": schemas[route.takes]}
        sample = SAMPLES / f"{route.path.strip('/')}.json"
        if sample.exists():
            content["examples"] = {sample.stem: {"value": json.loads(sample.read_bytes())}}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _parameter(param: Param, schemas: _Schemas) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": param.where,
        "required": param.required or param.where == "path",
        "description": param.about,
        "schema": schemas[param.form],
    }


# -- answers ---------------------------------------------------------------------------------------


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    responses = {str(answer.status): _answer(answer, schemas) for answer in route.answers}
    problems = {(r.status, r.kind): r for r in _problems(route)}
    for status in sorted({status for status, _ in problems}):
        at_once = [problems[key] for key in sorted(problems) if key[0] == status]
        responses[str(status)] = _problem(at_once, schemas)
    if not route.public:
        responses["401"]["headers"] |= CHALLENGE
        responses["401"]["content"] |= GATEWAYS
    return dict(sorted((responses | {"429": THROTTLED}).items()))


def _problems(route: Route) -> tuple[DeclaredProblem, ...]:
    """Return all problems that a route may answer."""
    return (*EVERYWHERE, *(() if route.public else (UNAUTHENTICATED,)), *route.problems)


def _answer(answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    headers = (*answer.headers, CORRELATED)
    response: dict[str, Any] = {
        "description": answer.about,
        "headers": {header.name: _header(header, schemas) for header in headers},
    }
    if answer.body:
        response["content"] = {"application/json": {"schema": schemas[answer.body]}}
    return response


def _header(header: Header, schemas: _Schemas) -> dict[str, Any]:
    return {
        "description": header.about,
        "required": header.always,
        "schema": schemas[header.form],
    }


# -- problems --------------------------------------------------------------------------------------

_PROBLEM = {
    "type": "object",
    "description": "An error; nothing was written.",
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, a URN."},
        "title": {"type": "string", "description": "The HTTP status as text."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "The error and its remedy."},
        "field": {
            "type": "string",
            "description": "The JSON path, header or query parameter that is wrong.",
        },
    },
    "required": ["type", "title", "status", "detail"],
}


def _problem(problems: list[DeclaredProblem], schemas: _Schemas) -> dict[str, Any]:
    refs = [{"$ref": PLACE.format(name=_problem_name(problem))} for problem in problems]
    headers = {
        header.name: _header(header, schemas) | {"required": header.always and len(problems) == 1}
        for problem in problems
        for header in problem.headers
    }
    return {
        "description": " ".join(dict.fromkeys(problem.about for problem in problems)),
        "headers": headers | {CORRELATED.name: _header(CORRELATED, schemas)},
        "content": {
            PROBLEM: {
                "schema": refs[0] if len(refs) == 1 else {"oneOf": refs},
                "examples": {problem.kind: {"value": _example(problem)} for problem in problems},
            }
        },
    }


def _problem_name(problem: DeclaredProblem) -> str:
    return "Problem." + re.sub(r"(^|-)(\w)", lambda word: word[2].upper(), problem.kind)


def _problem_schema(problem: DeclaredProblem, schemas: _Schemas) -> Schema:
    return {
        "allOf": [{"$ref": PLACE.format(name="Problem")}],
        "description": problem.about,
        "type": "object",
        "properties": {
            "type": {"const": KIND.format(kind=problem.kind)},
            "status": {"const": problem.status},
            **{name: schemas[form] for name, form in problem.more.items()},
        },
        "required": ["type", "status", *problem.more],
    }


def _example(problem: DeclaredProblem) -> dict[str, Any]:
    return {
        "type": KIND.format(kind=problem.kind),
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.about,
    }


def _types(routes: Iterable[Route]) -> Iterable[Any]:
    for route in routes:
        yield from [route.takes] if route.takes else []
        yield from (param.form for param in route.params)
        for answer in route.answers:
            yield from [answer.body] if answer.body else []
            yield from (header.form for header in answer.headers)
        for problem in route.problems:
            yield from problem.more.values()
            yield from (header.form for header in problem.headers)
