"""The ports as workers call them: every call stops, whoever makes it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from events.contracts.checkout import Address, Delivery
from events.envelope import Event
from events.history import History
from events.money import Money
from functions.framework.ports import (
    Change,
    Log,
    Mail,
    Mailbox,
    Message,
    Record,
    Records,
    Row,
    Rows,
    Topic,
)
from functions.payment.gateway import Confirmation, Gateway
from functions.runtime.handlers.consumer import ConsumerQueue
from functions.shipping.carrier import Carrier
from simulation.faults import WITH_CHANGES
from simulation.worker import Worker, call, working


class SteppedLog:
    """The log."""

    def __init__(self, log: Log) -> None:
        """Take the log that there is."""
        self._log = log

    def read(self, subject: str) -> History:
        """Return all events of a subject."""
        return call("log.read", self._log.read, subject)

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill the event's slot."""
        name = WITH_CHANGES if changes else "log.append"
        return call(name, self._log.append, event, changes)


class SteppedRecords:
    """An own table."""

    def __init__(self, records: Records) -> None:
        """Take the table that there is."""
        self._records = records

    def get(self, key: str) -> Record | None:
        """Return an item."""
        return call("records.get", self._records.get, key)

    def put(self, record: Record) -> bool:
        """Write an item."""
        return call("records.put", self._records.put, record)

    def all(self) -> Iterator[Record]:
        """Iterate over all items."""
        return call("records.get", self._records.all)


class SteppedRows:
    """A table with a sort key."""

    def __init__(self, rows: Rows) -> None:
        """Take the table that there is."""
        self._rows = rows

    def put(self, row: Row) -> bool:
        """Write a row."""
        return call("rows.put", self._rows.put, row)

    def overwrite(self, row: Row) -> bool:
        """Write a row over one that is as old."""
        return call("rows.put", self._rows.overwrite, row)

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row."""
        return call("rows.page", self._rows.get, partition, sort)

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row."""
        return call("rows.remove", self._rows.remove, partition, sort)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return rows of a partition."""
        return call(
            "rows.page",
            lambda: self._rows.page(partition, limit=limit, after=after, newest_first=newest_first),
        )

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return rows of the index."""
        return call("rows.listed", lambda: self._rows.listed(value, limit=limit, after=after))

    def all(self) -> Iterator[Row]:
        """Iterate over all rows."""
        return call("rows.page", self._rows.all)


class SteppedGateway:
    """The gateway, as a provider that does a whole call at once."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the gateway that there is."""
        self._gateway = gateway

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Return a new reference."""
        return call("gateway.prepare", self._gateway.prepare, order, amount, token)

    def confirm(self, reference: str) -> Confirmation:
        """Charge a reference."""
        return call("gateway.confirm", self._gateway.confirm, reference)

    def cancel(self, reference: str) -> Money | None:
        """Make a reference's net charge zero."""
        return call("gateway.cancel", self._gateway.cancel, reference)


class SteppedCarrier:
    """The carrier, as one that does a whole call at once."""

    def __init__(self, carrier: Carrier) -> None:
        """Take the carrier that there is."""
        self._carrier = carrier
        self.name = carrier.name

    def remembers(self, asked: datetime) -> bool:
        """Tell whether a key is still recognised; the adapter knows, and calls nobody."""
        return self._carrier.remembers(asked)

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        """Book a parcel."""
        return call("carrier.book", self._carrier.book, order, to, delivery)

    def find(self, order: str) -> str | None:
        """Return the number of the order's parcel."""
        return call("carrier.find", self._carrier.find, order)


class SteppedMailbox:
    """The way out for mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        """Take the mailbox that there is."""
        self._mailbox = mailbox

    def send(self, mail: Mail) -> str:
        """Send a mail."""
        return call("mailbox.send", self._mailbox.send, mail)


class SteppedQueue:
    """A consumer's queue, as its function knows it."""

    def __init__(self, queue: ConsumerQueue) -> None:
        """Take the queue that there is."""
        self._queue = queue

    def hide(self, seconds: dict[str, int]) -> None:
        """Hide messages."""
        working(Worker).turn_to(f"{next(iter(seconds))}, failed")
        call("queue.hide", self._queue.hide, seconds)


class SteppedTopic:
    """The topic."""

    def __init__(self, topic: Topic) -> None:
        """Take the topic that there is."""
        self._topic = topic

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Publish messages."""
        return call("topic.publish", self._topic.publish, messages)
