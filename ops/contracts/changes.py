"""Differences between two schemas of one contract and version, and whether they break a reader.

Readers on both sides validate: old code reads new events, and new code reads old events from the
log. So a constraint may be neither narrowed nor widened. The only compatible change is a further
property with a default.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ops.contracts.schema import SLOTS, SOURCES, Schema


@dataclass(frozen=True, kw_only=True)
class SchemaChange:
    """One difference: its JSON path in the data, its text, and whether it breaks readers."""

    where: str
    what: str
    breaks: bool = True

    def __str__(self) -> str:
        """Return the beginning of a sentence."""
        return f"`{self.where}` {self.what}"


_HEAD = {"$schema", "$id", "title"}
_FLOORS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_CEILINGS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_OTHER_KEYWORDS = {
    SOURCES: "may be stated by",
    SLOTS: "may fill the slots",
    "pattern": "must match",
    "format": "has the format",
    "additionalProperties": "takes further properties:",
}


def compare(before: Schema, now: Schema, where: str = "$") -> Iterator[SchemaChange]:
    """Yield all differences; `where` is the JSON path of both schemas."""
    inner = _only_branch(before), _only_branch(now)
    if _kind(before) != _kind(now):
        yield SchemaChange(where=where, what=f"was {_kind(before)} and is {_kind(now)}")
        return
    if inner[0] is not None and inner[1] is not None:
        yield from compare(inner[0], inner[1], where)
    elif before.get("anyOf") != now.get("anyOf"):
        yield SchemaChange(where=where, what="is another union than it was")
    yield from _properties(before, now, where)
    if isinstance(before.get("items"), dict) and isinstance(now.get("items"), dict):
        yield from compare(before["items"], now["items"], f"{where}[]")
    elif before.get("items") != now.get("items"):
        yield SchemaChange(where=where, what="has other elements than it had")
    done = _HEAD | {"anyOf", "properties", "required", "items", "type"}
    for keyword in sorted((before.keys() | now.keys()) - done):
        if before.get(keyword) != now.get(keyword) or (keyword in before) != (keyword in now):
            yield SchemaChange(where=where, what=_keyword(keyword, before, now))


def _properties(before: Schema, now: Schema, where: str) -> Iterator[SchemaChange]:
    old, new = before.get("properties", {}), now.get("properties", {})
    demanded, demands = set(before.get("required", ())), set(now.get("required", ()))
    added = [name for name in new if name not in old]
    for name, schema in old.items():
        path = f"{where}.{name}"
        if name not in new:
            like = [other for other in added if new[other] == schema]
            hint = f" (is `{like[0]}` its new name?)" if like else ""
            yield SchemaChange(where=path, what=f"was removed{hint}")
            continue
        yield from compare(schema, new[name], path)
        if name in demanded - demands:
            yield SchemaChange(where=path, what="was required and is not any more")
        if name in demands - demanded:
            yield SchemaChange(where=path, what="was not required and is now")
    for name in added:
        if name in demands:
            yield SchemaChange(where=f"{where}.{name}", what="was added without a default")
        else:
            yield SchemaChange(where=f"{where}.{name}", what="was added", breaks=False)


def _only_branch(schema: Schema) -> Schema | None:
    """Return the only branch that is not null, of a schema that allows null."""
    branches = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return branches[0] if len(branches) == 1 else None


def _kind(schema: Schema) -> str:
    """Return the kind of value: `string`, `null or string`, `one of some values`."""
    if "anyOf" in schema:
        return " or ".join(sorted(_kind(branch) for branch in schema["anyOf"]))
    if "enum" in schema:
        return "one of some values"
    kind = schema.get("type", "anything")
    return " or ".join(sorted(kind)) if isinstance(kind, list) else str(kind)


def _keyword(keyword: str, before: Schema, now: Schema) -> str:
    old, new = before.get(keyword), now.get(keyword)
    if keyword == "enum":
        return _values(before["enum"], now["enum"])
    if keyword in _FLOORS | _CEILINGS:
        how = "narrowed" if _narrower(keyword, old, new) else "widened"
        return f"is {how}: `{keyword}` was {_text(old)} and is {_text(new)}"
    if keyword == "default":
        return f"means {_text(new)} if it is left out, and meant {_text(old)}"
    verb = _OTHER_KEYWORDS.get(keyword, f"has `{keyword}`")
    return f"{verb} {_text(new)}, and it was {_text(old)}"


def _narrower(keyword: str, old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is None
    return new > old if keyword in _FLOORS else new < old


def _values(old: list[Any], new: list[Any]) -> str:
    gone = [str(value) for value in old if value not in new]
    came = [str(value) for value in new if value not in old]
    parts = [f"no longer takes {', '.join(gone)}"] * bool(gone)
    parts += [f"takes {', '.join(came)} as well"] * bool(came)
    return " and ".join(parts)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value is None else str(value)
