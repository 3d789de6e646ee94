"""Ports: what a service may call outside of its own code, and the values that they exchange."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

import msgspec

from events.envelope import Event
from events.history import History

type Clock = Callable[[], datetime]
"""The time now, in UTC."""

type Value = str | int


class Reporter(Protocol):
    """Logs an outcome that is no message's or request's own, and counts its metric."""

    def __call__(self, outcome: str, *, detail: str) -> None:
        """Log and count; `detail` must be safe to log."""
        ...


def unreported(outcome: str, *, detail: str) -> None:
    """Report nothing."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of an own table, written in one transaction with its fact.

    It adds `by` to the number `attribute` of the item `key`. It is refused if the number would fall
    below zero. A missing item counts as zero.
    """

    table: str
    key: str
    attribute: str
    by: int


class SafeToLog(Exception):
    """A failure whose message may be logged: it is for the operator and quotes no event."""


class ChangeRefused(Exception):
    """A change would have fallen below zero, so nothing was written; `keys` are the items."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = tuple(keys)


class Log(Protocol):
    """The log: the events of every order; a slot is filled once."""

    def read(self, subject: str) -> History:
        """Return all events of a subject, read with strong consistency (one query per page)."""
        ...

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill the event's slot if it is free; return the event that holds the slot.

        With `changes`, everything is written in one transaction or nothing is.

        Raises:
            ChangeRefused: the slot is free, but a change would fall below zero.
        """
        ...


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An item of an own table; `version` guards its next write, and is 0 for a new item."""

    key: str
    values: Mapping[str, Value]
    version: int


class Records(Protocol):
    """An own table: items of plain values under optimistic locking."""

    def get(self, key: str) -> Record | None:
        """Return an item, read with strong consistency."""
        ...

    def put(self, record: Record) -> bool:
        """Write the item if the stored version is `record.version`; return whether it was."""
        ...

    def all(self) -> Iterator[Record]:
        """Iterate over all items, in no particular order."""
        ...


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is published: its JSON, and the attributes that the topic needs."""

    id: str
    subject: str
    type: str
    sequence: str
    body: bytes


class Topic(Protocol):
    """The topic that all consumers subscribe to."""

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Publish at most ten messages; return for each why it was refused, or an empty string."""
        ...


type Tables = Callable[[str], Records]
"""Returns a service's own table of that name."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a table with a sort key: its two keys and its values.

    With a `version` (1 or more) it replaces only an older row; without, any row.
    """

    partition: str
    sort: str
    values: Mapping[str, Value] = {}
    version: int | None = None


class Rows(Protocol):
    """A table with a sort key, such as a read model."""

    def put(self, row: Row) -> bool:
        """Write a row, a versioned one only over an older one; return whether it was written."""
        ...

    def overwrite(self, row: Row) -> bool:
        """Write a versioned row unless a newer one exists; return whether it was written."""
        ...

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row, read with strong consistency."""
        ...

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row, if it exists."""
        ...

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return at most `limit` rows of a partition after the sort key `after`, by sort key.

        They are read with strong consistency.
        """
        ...

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return at most `limit` rows that the table's index lists under `value`, by sort key.

        The index holds keys only and is eventually consistent.
        """
        ...

    def all(self) -> Iterator[Row]:
        """Iterate over all rows, in no particular order."""
        ...


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to one person, as text and as HTML, about an order."""

    to: str
    subject: str
    text: str
    html: str
    order: str | None = None


class MailRejected(Exception):
    """The mail is refused for good; the message gives the reason and not the address."""


class MailUnavailable(SafeToLog):
    """The mail was not accepted this time, or the answer was lost; it is to be retried."""


class Mailbox(Protocol):
    """Sends mail from the stage's verified sender."""

    def send(self, mail: Mail) -> str:
        """Send a mail and return the provider's id of it.

        Raises:
            MailRejected: it is refused for good.
            MailUnavailable: it is to be retried.
        """
        ...


class SecretUnavailable(SafeToLog):
    """The secret cannot be read; the message gives its name, the reason and the remedy."""


class Secret(Protocol):
    """The secret of a service's adapter, such as a key to a provider's API."""

    def __call__(self, *, fresh: bool = False) -> str:
        """Return the secret, from the cache or, with `fresh`, read again.

        Raises:
            SecretUnavailable: it cannot be read.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The resources of a service's code: its own tables, the clock, and what adapters need.

    `monotonic` returns seconds, for durations: `clock` may be set back. `report` is how an endpoint
    or an adapter reports what needs an operator. `issuer` is the OIDC issuer whose tokens callers
    must send, if the stage has one. `mailbox` exists if the chosen adapter declares `mails`,
    `secret` if it declares `secret`.
    """

    tables: Tables
    rows: Callable[[str], Rows]
    clock: Clock
    monotonic: Callable[[], float] = monotonic
    report: Reporter = unreported
    issuer: str | None = None
    mailbox: Mailbox | None = None
    secret: Secret | None = None
