"""JSON schema of a contract, normalised for comparison: no descriptions, no references."""

from typing import Any

import msgspec

from events import codec
from events.contracts.upcasters import UPCASTERS
from events.envelope import Envelope, Fact

type Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "Envelope"
"""The name of the envelope's stored schema; it has one version."""

SOURCES = "x-sources"
SLOTS = "x-slots"

_REF = "#/$defs/"
_PROSE = {"title", "description"}


class Recursive(TypeError):
    """A contract contains itself, so it has no schema without references."""


def published() -> dict[tuple[str, int], type[Any]]:
    """Return the classes of the envelope and of all contracts, in every readable version."""
    versions: dict[tuple[str, int], type[Any]] = {(ENVELOPE, 1): Envelope}
    for name, steps in UPCASTERS.items():
        versions |= {(name, step.contract.version): step.contract for step in steps}
    return versions | {(name, today.version): today for name, today in codec.CONTRACTS.items()}


def schema_of(name: str, version: int, contract: type[Any]) -> Schema:
    """Return the schema of a contract as it is stored: self-contained, equal for equal contracts.

    Raises:
        Recursive: the contract contains itself.
    """
    whole = msgspec.json.schema(contract)
    schema = _plain(whole, whole.get("$defs", {}), ())
    del schema["$defs"]
    head: Schema = {
        "$schema": DIALECT,
        "$id": f"urn:fanfare:contract:{name}:{version}",
        "title": f"{name} {version}",
    }
    if issubclass(contract, Fact):
        head |= {SOURCES: sorted(contract.sources), SLOTS: list(contract.slots)}
    head.update(schema)
    return head


def portable(pattern: str) -> str:
    r"""Return a Python pattern for JSON Schema, which has `$` for the end instead of `\Z`."""
    return pattern.replace(r"\Z", "$")


def _plain(node: Any, defs: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_plain(each, defs, inside) for each in node]
    if not isinstance(node, dict):
        return node
    ref = node.get("$ref")
    if ref is not None:
        if ref in inside:
            raise Recursive(f"{ref.removeprefix(_REF)} contains itself")
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _plain(defs[ref.removeprefix(_REF)] | rest, defs, (*inside, ref))
    plain = {
        key: _plain(value, defs, inside)
        for key, value in node.items()
        if key not in _PROSE and key != "properties"
    }
    if "properties" in node:  # its keys are names; one may be called `title`
        plain["properties"] = {
            name: _plain(value, defs, inside) for name, value in node["properties"].items()
        }
        plain["required"] = sorted(node.get("required", ()))
    if "pattern" in plain:
        plain["pattern"] = portable(plain["pattern"])
    return plain
