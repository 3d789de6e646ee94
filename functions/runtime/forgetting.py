"""An item of the log whose personal fields were blanked: how it is made and known."""

from datetime import datetime

import msgspec

from events.personal import blank, personal
from functions.runtime.items import Item

FORGOTTEN = "forgotten"
"""The attribute that says when; no reader of events looks at it."""

_NO_FACT = (msgspec.DecodeError, KeyError, TypeError, ValueError, RecursionError)
"""What comes of reading an item that is none, whoever made it so."""


def blanked(item: Item, at: datetime) -> dict[str, dict[str, str]] | None:
    """Return the attributes that forgetting changes, or nothing if the item has nothing personal.

    Raises:
        msgspec.DecodeError, KeyError: it is no item of the log.
    """
    data = item["data"]["S"]
    left = blank(item["type"]["S"], data)
    if left == data:
        return None
    return {"data": {"S": left}, FORGOTTEN: {"S": at.isoformat()}}


def is_forgotten(item: Item) -> bool:
    """Tell whether an item says that it was blanked, and was; not one with nothing to blank."""
    try:
        kind, data = item["type"]["S"], item["data"]["S"]
        return FORGOTTEN in item and bool(personal(kind)) and blank(kind, data) == data
    except _NO_FACT:
        return False
