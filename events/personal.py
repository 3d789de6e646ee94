"""Blank personal data in facts; the contracts list the personal fields."""

from collections.abc import Mapping
from typing import Any

import msgspec

from events.codec import CONTRACTS, encode_data
from events.envelope import Event


def personal(event_type: str) -> tuple[str, ...]:
    """Return the personal fields of a type; none if it has no contract."""
    contract = CONTRACTS.get(event_type)
    return contract.personal if contract else ()


def blank(event_type: str, data: str) -> str:
    """Return a fact's `data`, as JSON, without personal data; the same text if it has none.

    A field with a default gets the default; any other is text and becomes empty. So the result
    still decodes, in the version that it was written in. Fields that are absent, such as those of a
    later version, are not added. A type without a contract has no known personal fields.

    Raises:
        msgspec.DecodeError: `data` is not a JSON object.
    """
    fields = personal(event_type)
    if not fields:
        return data
    values = msgspec.json.decode(data, type=dict[str, Any])
    before = msgspec.json.encode(values)
    defaults = {
        field.encode_name: field.default
        for field in msgspec.structs.fields(CONTRACTS[event_type])
        if not field.required
    }
    for path in fields:
        _blank(values, path.split("."), defaults)
    after = msgspec.json.encode(values)
    return data if after == before else after.decode()


def blanked(event: Event[Any]) -> Event[Any]:
    """Return an event without personal data, as a reader gets it once the log was blanked."""
    data = encode_data(event.data)
    rest = blank(event.type, data)
    if rest == data:
        return event
    fact = msgspec.json.decode(rest, type=type(event.data))
    return msgspec.structs.replace(event, data=fact)


def _blank(values: dict[str, Any], path: list[str], defaults: Mapping[str, Any]) -> None:
    name, *inner = path
    if name not in values:
        return
    if inner:
        _blank(values[name], inner, {})
    else:
        values[name] = defaults.get(name, "")
