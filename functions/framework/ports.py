"""The ports through which services reach the outside, as the services see them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from events.envelope import Event
from events.history import History

type Clock = Callable[[], datetime]
"""The time now, in UTC."""

type Value = str | int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Add `by` to the number `attribute` of the item `key`, unless it would fall below zero.

    Written in one transaction with the fact that it goes with. A missing item counts as zero.
    """

    table: str
    key: str
    attribute: str
    by: int


class SafeToLog(Exception):
    """A failure whose message is for the operator: it quotes no event, so that it may be logged."""


class ChangeRefused(Exception):
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
            ChangeRefused: the slot is free, but a change would go below zero.
        """
        ...


class Record(msgspec.Struct, frozen=True, kw_only=True):
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


class Message(msgspec.Struct, frozen=True, kw_only=True):
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


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a table with a sort key.

    `partition` and `sort` name it; `values` is what it says. With a `version` (1 or more) it takes
    the place of an older one only; without, of whatever is there.
    """

    partition: str
    sort: str
    values: Mapping[str, Value] = {}
    version: int | None = None


class Rows(Protocol):
    """A table with a sort key: what a read model is kept in."""

    def put(self, row: Row) -> bool:
        """Write a row; tell whether it was, which a versioned one is over an older one only."""
        ...

    def overwrite(self, row: Row) -> bool:
        """Write a row that has a version, unless a newer one is there; tell whether it was."""
        ...

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row, read with strong consistency."""
        ...

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row, if it is there."""
        ...

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return at most `limit` rows of a partition in order of `sort`, those beyond `after`.

        They are read with strong consistency.
        """
        ...

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return at most `limit` rows that the table's index lists under `value`, by `sort`.

        Only their keys are known there, and what was written a moment ago may be missing.
        """
        ...

    def all(self) -> Iterator[Row]:
        """Iterate over all rows, in no order."""
        ...


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to one person, as text and as HTML."""

    to: str
    subject: str
    text: str
    html: str


class MailRejected(Exception):
    """The mail will not be taken, however often it is sent; the message says why, to whom not."""


class MailUnavailable(SafeToLog):
    """The mail was not taken this time; whether it was sent may not be known. Try again."""


class Mailbox(Protocol):
    """The way out for mail, from the stage's verified sender."""

    def send(self, mail: Mail) -> str:
        """Send a mail and return the provider's id of it.

        Raises:
            MailRejected, MailUnavailable: as they say.
        """
        ...


class SecretUnavailable(SafeToLog):
    """The secret cannot be read; the message says which, why, and what to do, and never quotes."""


class Secret(Protocol):
    """The secret of a service's adapter, such as a key to a provider's API."""

    def __call__(self, *, fresh: bool = False) -> str:
        """Return the secret as it was read a while ago, or `fresh`.

        Raises:
            SecretUnavailable: as it says.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a service's code is given to reach its own tables and the outside with.

    `issuer` is the OIDC issuer whose tokens callers must show, if the stage has one. `mailbox` is
    there if the chosen adapter says that it mails, `secret` if it says that it has one.
    """

    tables: Tables
    rows: Callable[[str], Rows]
    clock: Clock
    issuer: str | None = None
    mailbox: Mailbox | None = None
    secret: Secret | None = None
