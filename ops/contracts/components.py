"""Schemas for documents: many classes at once, with shared components and descriptions."""

from collections.abc import Iterable
from importlib.metadata import version
from inspect import getdoc
from typing import Any

import msgspec

from ops.contracts.schema import Schema, portable

PLACE = "#/components/schemas/{name}"
VERSION = version("fanfare")


def components(types: Iterable[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """Return the schema of each type, and the shared schemas by name, sorted."""
    schemas, shared = msgspec.json.schema_components(types, ref_template=PLACE)
    return [_tidy(schema) for schema in schemas], {
        name: _tidy(shared[name]) for name in sorted(shared)
    }


def prose(contract: type[Any]) -> tuple[str, str]:
    """Return the first line of a class's docstring, and all of it, one line a paragraph."""
    whole = _unwrapped(getdoc(contract) or "")
    return whole.partition("\n")[0], whole


def _tidy(node: Any) -> Any:
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    tidy: Schema = {
        key: {name: _tidy(each) for name, each in value.items()}
        if key == "properties"
        else _tidy(value)
        for key, value in node.items()
    }
    if isinstance(tidy.get("description"), str):
        tidy["description"] = _unwrapped(tidy["description"])
    if "pattern" in tidy:
        tidy["pattern"] = portable(tidy["pattern"])
    return tidy


def _unwrapped(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
