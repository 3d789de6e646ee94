"""Events as items of the log table, and back; the stream has items of the same shape."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from events import codec, redaction
from events.envelope import Envelope, Event
from events.personal import blank, personal
from functions.framework.ports import Message

SUBJECT = "subject"
SLOT = "slot"

FORGOTTEN = "forgotten"
"""The attribute with the time of the erasure; readers of events ignore it."""

_NO_FACT = (msgspec.DecodeError, KeyError, TypeError, ValueError, RecursionError)
"""The errors of reading an item that is not an event."""

type Item = Mapping[str, Mapping[str, Any]]

_TEXTS = (
    "source",
    "type",
    "time",
    "correlationid",
    "causationid",
    "traceparent",
    "sequence",
)


def to_item(event: Event[Any]) -> dict[str, dict[str, str]]:
    """Return the event as a DynamoDB item (low-level attribute values).

    Attributes that follow from the key are left out, because an item over 1 KiB costs two units.

    Raises:
        EventTooLarge: it could not be published, so it must not be written.
    """
    codec.encode(event)
    values = msgspec.to_builtins(event)
    item = {name: {"S": values[name]} for name in _TEXTS if values[name] is not None}
    return item | {
        SUBJECT: {"S": event.subject},
        SLOT: {"S": event.slot},
        "dataversion": {"N": str(event.dataversion)},
        "data": {"S": codec.encode_data(event.data)},
    }


def from_item(item: Item, *, lenient: bool = False) -> Event[Any]:
    """Return the event of an item.

    Raises:
        Undecodable: see `codec.restore`, which also explains `lenient`.
    """
    envelope, data = _parts(item)
    return codec.restore(envelope, data, lenient=lenient)


def to_message(item: Item) -> Message:
    """Return the message of an item: its event in the version in which it was written.

    A consumer that was not deployed again yet may not know a newer version.

    Raises:
        Undecodable: it is not an item of the log.
    """
    envelope, data = _parts(item)
    try:
        body = codec.encode_as_written(envelope, data)
    except UnicodeEncodeError as error:
        raise codec.Undecodable("not an item of the log: it has a lone surrogate") from error
    return Message(
        id=envelope.id,
        subject=envelope.subject,
        type=envelope.type,
        sequence=envelope.sequence,
        body=body,
    )


def blanked(item: Item, at: datetime) -> dict[str, dict[str, str]] | None:
    """Return the attributes that erasing changes; None if the item has no personal data.

    Raises:
        msgspec.DecodeError, KeyError: it is not an item of the log.
    """
    data = item["data"]["S"]
    left = blank(item["type"]["S"], data)
    if left == data:
        return None
    return {"data": {"S": left}, FORGOTTEN: {"S": at.isoformat()}}


def is_forgotten(item: Item) -> bool:
    """Return whether an item is marked as erased and has nothing left to erase."""
    try:
        kind, data = item["type"]["S"], item["data"]["S"]
        return FORGOTTEN in item and bool(personal(kind)) and blank(kind, data) == data
    except _NO_FACT:
        return False


def _parts(item: Item) -> tuple[Envelope, str]:
    try:
        envelope = msgspec.convert(
            {name: item[name]["S"] for name in _TEXTS if name in item}
            | {
                "id": f"{item[SUBJECT]['S']}/{item[SLOT]['S']}",
                "subject": item[SUBJECT]["S"],
                "dataversion": int(item["dataversion"]["N"]),
            },
            Envelope,
        )
        return envelope, item["data"]["S"]
    except msgspec.ValidationError as error:
        raise codec.Undecodable(f"not an item of the log: {redaction.reason(error)}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise codec.Undecodable(
            "not an item of the log: an attribute is missing, or of another type"
        ) from error
