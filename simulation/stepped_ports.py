"""Stepped ports: each call of a worker stops, so that the scheduler decides what happens to it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, override

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


class SteppedLog(Log):
    """A log, one step a call."""

    def __init__(self, log: Log) -> None:
        self._log = log

    @override
    def read(self, subject: str) -> History:
        return call("log.read", self._log.read, subject)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        name = WITH_CHANGES if changes else "log.append"
        return call(name, self._log.append, event, changes)


class SteppedRecords(Records):
    """A table with a key, one step a call."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @override
    def get(self, key: str) -> Record | None:
        return call("records.get", self._records.get, key)

    @override
    def put(self, record: Record) -> bool:
        return call("records.put", self._records.put, record)

    @override
    def all(self) -> Iterator[Record]:
        return call("records.get", self._records.all)


class SteppedRows(Rows):
    """A table with a sort key, one step a call."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @override
    def put(self, row: Row) -> bool:
        return call("rows.put", self._rows.put, row)

    @override
    def overwrite(self, row: Row) -> bool:
        return call("rows.put", self._rows.overwrite, row)

    @override
    def get(self, partition: str, sort: str) -> Row | None:
        return call("rows.page", self._rows.get, partition, sort)

    @override
    def remove(self, partition: str, sort: str) -> None:
        return call("rows.remove", self._rows.remove, partition, sort)

    @override
    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        return call(
            "rows.page",
            lambda: self._rows.page(partition, limit=limit, after=after, newest_first=newest_first),
        )

    @override
    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        return call("rows.listed", lambda: self._rows.listed(value, limit=limit, after=after))

    @override
    def all(self) -> Iterator[Row]:
        return call("rows.page", self._rows.all)


class SteppedGateway(Gateway):
    """A gateway, one step a call: a provider that does each call as a whole."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @override
    def prepare(self, order: str, amount: Money, token: str) -> str:
        return call("gateway.prepare", self._gateway.prepare, order, amount, token)

    @override
    def confirm(self, reference: str) -> Confirmation:
        return call("gateway.confirm", self._gateway.confirm, reference)

    @override
    def cancel(self, reference: str) -> Money | None:
        return call("gateway.cancel", self._gateway.cancel, reference)


class SteppedCarrier(Carrier):
    """A carrier, one step a call: a provider that does each call as a whole."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.name = carrier.name

    @override
    def recognises(self, requested: datetime) -> bool:
        return self._carrier.recognises(requested)

    @override
    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        return call("carrier.book", self._carrier.book, order, to, delivery)

    @override
    def find(self, order: str) -> str | None:
        return call("carrier.find", self._carrier.find, order)


class SteppedMailbox(Mailbox):
    """A mailbox, one step a call."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    @override
    def send(self, mail: Mail) -> str:
        return call("mailbox.send", self._mailbox.send, mail)


class SteppedQueue(ConsumerQueue):
    """A consumer's queue as its function sees it, one step a call."""

    def __init__(self, queue: ConsumerQueue) -> None:
        self._queue = queue

    @override
    def hide(self, seconds: dict[str, int]) -> None:
        working(Worker).turn_to(f"{next(iter(seconds))}, failed")
        call("queue.hide", self._queue.hide, seconds)


class SteppedTopic(Topic):
    """A topic, one step a call."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        return call("topic.publish", self._topic.publish, messages)
