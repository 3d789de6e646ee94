"""The ports through which services reach the outside, as the services see them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from events.envelope import Event
from events.history import History

type Clock = Callable[[], datetime]
"""The time now, in UTC."""

type Value = str | int


@dataclass(frozen=True, kw_only=True)
class Change:
    """Add `by` to the number `attribute` of the item `key`, unless it would fall below zero.

    Written in one transaction with the fact that it goes with. A missing item counts as zero.
    """

    table: str
    key: str
    attribute: str
    by: int


class Refused(Exception):
    """A change would have gone below zero, so nothing was written; `keys` are the items."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys of the items that were refused."""
        super().__init__(", ".join(keys))
        self.keys = tuple(keys)


class Log(Protocol):
    """The streams of all subjects; a slot is filled once."""

    def read(self, subject: str) -> History:
        """Return all events of a subject, with strong consistency (one query a page)."""
        ...

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill the event's slot, if it is free, and return the event that holds it.

        With `changes`, all is written in one transaction, or nothing is.

        Raises:
            Refused: the slot is free, but a change would go below zero.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Record:
    """An item of a service's own table, with the version that guards its next write (0: new)."""

    key: str
    values: Mapping[str, Value]
    version: int


class Records(Protocol):
    """A table of a service's own: items of plain values under optimistic locking."""

    def get(self, key: str) -> Record | None:
        """Return an item, read with strong consistency."""
        ...

    def put(self, record: Record) -> bool:
        """Write the item if its stored version is still `record.version`; tell whether it was."""
        ...

    def all(self) -> Iterator[Record]:
        """Iterate over all items, in no order."""
        ...


@dataclass(frozen=True, kw_only=True)
class Message:
    """An event as it travels: what the topic needs to know, and the JSON."""

    id: str
    subject: str
    type: str
    sequence: str
    body: bytes


class Topic(Protocol):
    """The named channel that all consumers hear."""

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Publish at most ten messages; tell for each why it was refused, empty if it was not."""
        ...


type Tables = Callable[[str], Records]
"""Gives a service its own table of that name."""


class SecretUnavailable(Exception):
    """A secret cannot be had; the message says which, why, and what to do, and nothing of it."""
