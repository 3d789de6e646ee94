"""Blanking what a fact says of a person; the contracts say which fields that is."""

from collections.abc import Mapping
from typing import Any

import msgspec

from events.codec import CONTRACTS, encode_data
from events.envelope import Event


def personal(event_type: str) -> tuple[str, ...]:
    """Return the fields of a type that say something of a person; none if it has no contract."""
    contract = CONTRACTS.get(event_type)
    return contract.personal if contract else ()


def blank(event_type: str, data: str) -> str:
    """Return a fact's `data`, as JSON, without what is personal; the same text if nothing is.

    A field that has a default gets that, any other is text and becomes empty, so that what is left
    still decodes, in the version that it was written in. Fields that it does not have, such as
    those of a later version, stay away. A type without a contract has nothing that is known to be
    personal.

    Raises:
        msgspec.DecodeError: it is no JSON object.
    """
    fields = personal(event_type)
    if not fields:
        return data
    said = msgspec.json.decode(data, type=dict[str, Any])
    before = msgspec.json.encode(said)
    defaults = {
        field.encode_name: field.default
        for field in msgspec.structs.fields(CONTRACTS[event_type])
        if not field.required
    }
    for path in fields:
        _blank(said, path.split("."), defaults)
    after = msgspec.json.encode(said)
    return data if after == before else after.decode()


def forgotten(event: Event[Any]) -> Event[Any]:
    """Return an event without what is personal, as it is read once the log was blanked."""
    data = encode_data(event.data)
    left = blank(event.type, data)
    if left == data:
        return event
    fact = msgspec.json.decode(left, type=type(event.data))
    return msgspec.structs.replace(event, data=fact)


def _blank(said: dict[str, Any], path: list[str], defaults: Mapping[str, Any]) -> None:
    name, *inner = path
    if name not in said:
        return
    if inner:
        _blank(said[name], inner, {})
    else:
        said[name] = defaults.get(name, "")
