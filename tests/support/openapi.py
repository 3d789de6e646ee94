"""Check of HTTP answers against docs/openapi.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from functions.runtime.handlers.api import SAFE

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_bytes())
EVERY_ANSWERS = SAFE.keys() | {"content-type"}
"""Headers that the API handler adds to every answer."""


def check_answer(
    route: str, status: int, headers: Mapping[str, str], body: Any, sent: Any = None
) -> None:
    """Check an answer of a route, such as `GET /orders/{id}`; `sent` is the request's JSON.

    A route that is not in the document may only answer 404.
    """
    method, _, path = route.partition(" ")
    if path not in DOCUMENT["paths"]:
        assert status == 404
        return
    operation = DOCUMENT["paths"][path][method.lower()]
    assert str(status) in operation["responses"], f"{route} answers {status}, which is not declared"
    response = operation["responses"][str(status)]
    _headers(response.get("headers", {}), headers)
    if body is None:
        assert "content" not in response
    else:
        schema = response["content"][headers["content-type"]]["schema"]
        _valid(schema, body)
        if status < 400:
            assert set(body) <= set(_resolved(schema)["properties"])
    if status < 400 and "requestBody" in operation and sent is not None:
        _valid(operation["requestBody"]["content"]["application/json"]["schema"], sent)


def _headers(described: dict[str, Any], headers: Mapping[str, str]) -> None:
    known = {name.lower(): header for name, header in described.items()}
    assert set(headers) <= known.keys() | EVERY_ANSWERS
    assert {name for name, header in known.items() if header["required"]} <= set(headers)
    for name, header in known.items():
        if name in headers:
            whole = _resolved(header["schema"]).get("type") == "integer"
            _valid(header["schema"], int(headers[name]) if whole else headers[name])


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def _valid(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator(schema | {"components": DOCUMENT["components"]}).validate(value)
