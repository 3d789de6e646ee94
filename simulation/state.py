"""State of a simulated shop: log, tables, mails and messages, and the listener to its changes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Protocol, override

from events.envelope import Event
from events.order_list import LIST, OPEN
from functions.analytics.table import CLOSED_AFTER, DAILY, FIGURES, day_of
from functions.framework.ports import Change, Clock, Mail, Record, Row
from functions.framework.service import Consumer
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.payment.sandbox import LEDGER
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryRecords, MemoryTables
from functions.shipping.sandbox import PARCELS

CLOSED_DAYS = 95
"""Days before the first order whose figures are closed, as in a shop that is not new."""


class StateListener(Protocol):
    """A listener that is called right after each change."""

    def appended(self, event: Event[Any], changes: Sequence[Change]) -> None:
        """A fact was appended to the log."""
        ...

    def ledger_changed(self, order: str) -> None:
        """An order's entry in the gateway's ledger has changed."""
        ...

    def parcels_changed(self, order: str) -> None:
        """An order's parcel at the carrier has changed."""
        ...

    def event_handled(self, consumer: str, event: Event[Any]) -> None:
        """A consumer has acknowledged an event."""
        ...

    def row_written(self, table: str, row: Row) -> None:
        """A row of a read model was written."""
        ...

    def mail_sent(self, mail: Mail) -> None:
        """A mail was sent."""
        ...


class QueueState(Protocol):
    """The state of a consumer's queue, as far as invariants need it."""

    def never_receives(self, event: str) -> bool:
        """Return whether an event came too early for a consumer that is not replayable."""
        ...

    def accounts_for(self, event: str) -> bool:
        """Return whether an event is in the queue or DLQ, or known to be missing."""
        ...


class StreamState(Protocol):
    """The state of the log's stream, as far as invariants need it."""

    given_up: set[str]

    def place(self, event: str) -> int:
        """Return how many records precede an event's."""
        ...

    def accounts_for(self, event: str) -> bool:
        """Return whether an event is still to be published, or known to be given up."""
        ...


class RecordsWithHistory(MemoryRecords):
    """A table that keeps all versions of its items, and notifies a listener of each write."""

    def __init__(self, tables: MemoryTables, name: str, key: str) -> None:
        """`key` is the attribute that has an item's order; by default its key is the order."""
        super().__init__({}, tables.lock)
        self.name = name
        self.by_order: defaultdict[str, dict[str, list[Record]]] = defaultdict(dict)
        self.listener: StateListener | None = None
        self._key = key

    @override
    def put(self, record: Record) -> bool:
        if not super().put(record):
            return False
        order = str(record.values.get(self._key, record.key))
        self.by_order[order].setdefault(record.key, []).append(record)
        if self.listener is not None:
            (
                self.listener.ledger_changed
                if self.name == LEDGER
                else self.listener.parcels_changed
            )(order)
        return True


class ShopState:
    """The current state of a shop: log, tables, mails and messages."""

    def __init__(self, stock: dict[str, int], consumers: Sequence[Consumer], clock: Clock) -> None:
        """Take the pieces of each product, the consumers, and the clock."""
        self.subscribers = subscribers(consumers)
        self.initial = stock
        self.clock = clock
        self.tables = MemoryTables()
        self.log = MemoryLog(self.tables, as_items=False, appended=self._appended)
        self.ledger = RecordsWithHistory(self.tables, LEDGER, "order")
        self.parcels = RecordsWithHistory(self.tables, PARCELS, "")
        self.rows = {
            LIST: MemoryRows(OPEN, written=partial(self._row_written, LIST)),
            FIGURES: MemoryRows(written=partial(self._row_written, FIGURES)),
        }
        self.mails: Counter[tuple[str, str]] = Counter()
        self.mail_ids: set[str] = set()
        self.mail_faults: Counter[str] = Counter()
        self.first: dict[str, Event[Any]] = {}
        self.published: set[str] = set()
        self.handled: set[tuple[str, str]] = set()
        self.queues: Mapping[str, QueueState] = {}
        self.stream: StreamState
        self.reserved: Counter[str] = Counter()
        self.recounted: tuple[int, Mapping[date, Counter[str]]] = (0, {})
        self.listener: StateListener | None = None
        for sku, pieces in stock.items():
            self.tables(STOCK).add(sku, AVAILABLE, pieces)
        self._close_the_past()

    def listen(self, listener: StateListener) -> None:
        """Notify this listener of every change from now on."""
        self.listener = self.ledger.listener = self.parcels.listener = listener

    def acknowledged(self, consumer: str, event: Event[Any]) -> None:
        """Note that a consumer has handled an event."""
        self.handled.add((consumer, event.id))
        if self.listener is not None:
            self.listener.event_handled(consumer, event)

    def available(self, sku: str) -> int:
        """Return the pieces of a product that can be sold."""
        return self.tables(STOCK).number(sku, AVAILABLE)

    def states(self, order: str) -> dict[str, list[str]]:
        """Return the successive states of each of an order's references at the gateway."""
        found = self.ledger.by_order.get(order, {})
        return {key: [str(one.values["state"]) for one in life] for key, life in found.items()}

    def charge(self, order: str) -> int:
        """Return the customer's current net charge, in minor units."""
        lives = self.ledger.by_order.get(order, {}).values()
        return sum(
            int(life[-1].values["amount"])
            for life in lives
            if life[-1].values["state"] == "captured"
        )

    def parcels_of(self, order: str) -> int:
        """Return how many parcels the carrier booked for an order."""
        record = self.parcels.get(order)
        return int(record.values["parcels"]) if record else 0

    def send(self, mail: Mail) -> str:
        """Send a mail: the mailbox of the shop."""
        self.mails[mail.to, mail.subject] += 1
        sent = f"mail-{len(self.mail_ids) + 1}"
        self.mail_ids.add(sent)
        if self.listener is not None:
            self.listener.mail_sent(mail)
        return sent

    def _appended(self, event: Event[Any], changes: Sequence[Change]) -> None:
        if self.listener is not None:
            self.listener.appended(event, changes)

    def _row_written(self, table: str, row: Row) -> None:
        if self.listener is not None:
            self.listener.row_written(table, row)

    def _close_the_past(self) -> None:
        today = day_of(self.clock())
        for days in range(CLOSED_AFTER.days, CLOSED_DAYS):
            day = today - timedelta(days=days)
            self.rows[FIGURES].put(Row(partition=DAILY, sort=f"{day}", version=1))


def subscribers(consumers: Sequence[Consumer]) -> Mapping[str, Sequence[str]]:
    """Return the names of the consumers that subscribe to each event type."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for consumer in consumers:
        for event in consumer.subscribed_types:
            found[event].append(consumer.name)
    return dict(found)
