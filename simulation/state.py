"""The shop: all that is written down anywhere, and who is told when it changes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Protocol

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

KNOWN_DAYS = 95
"""Days before the first order that are summed up, as they are in a shop that has been open."""


class StateListener(Protocol):
    """Who is told of every change, right when it was made."""

    def stated(self, event: Event[Any], changes: Sequence[Change]) -> None:
        """A fact was put into the log."""
        ...

    def charged(self, order: str) -> None:
        """The gateway's ledger has changed."""
        ...

    def booked(self, order: str) -> None:
        """The carrier's parcels have changed."""
        ...

    def handled(self, consumer: str, event: Event[Any]) -> None:
        """A consumer has acknowledged an event."""
        ...

    def kept(self, table: str, row: Row) -> None:
        """A row of a read model was written."""
        ...

    def mailed(self, mail: Mail) -> None:
        """A mail was sent."""
        ...


class QueueState(Protocol):
    """What became of a consumer's messages, where it is no worker that knows."""

    def never_receives(self, event: str) -> bool:
        """Tell whether an event came too early for a consumer that may not be sent it later."""
        ...

    def accounts_for(self, event: str) -> bool:
        """Tell whether an event is still under way, or known to have been missed."""
        ...


class StreamState(Protocol):
    """What became of the log's records on their way to the topic."""

    given_up: set[str]

    def place(self, event: str) -> int:
        """Return how many records were there before an event's."""
        ...

    def accounts_for(self, event: str) -> bool:
        """Tell whether an event is still to be published, or known to have been given up."""
        ...


class Told(MemoryRecords):
    """A table that keeps what its items were before, and tells of what they are now."""

    def __init__(self, tables: MemoryTables, name: str, key: str) -> None:
        """Take the tables, this one's name, and the value by which its items belong to an order."""
        super().__init__({}, tables.lock)
        self.name = name
        self.by_order: defaultdict[str, dict[str, list[Record]]] = defaultdict(dict)
        self.watch: StateListener | None = None
        self._key = key

    def put(self, record: Record) -> bool:
        """Write the item and tell of it."""
        if not super().put(record):
            return False
        order = str(record.values.get(self._key, record.key))
        self.by_order[order].setdefault(record.key, []).append(record)
        if self.watch is not None:
            (self.watch.charged if self.name == LEDGER else self.watch.booked)(order)
        return True


class Shop:
    """One shop's log, tables, mails and messages, as they are at this moment."""

    def __init__(self, stock: dict[str, int], consumers: Sequence[Consumer], clock: Clock) -> None:
        """Take the pieces that there are of each product, who hears of events, and the time."""
        self.subscribers = subscribers(consumers)
        self.initial = stock
        self.clock = clock
        self.tables = MemoryTables()
        self.log = MemoryLog(self.tables, as_items=False, appended=self._stated)
        self.ledger = Told(self.tables, LEDGER, "order")
        self.parcels = Told(self.tables, PARCELS, "")
        self.rows = {
            LIST: MemoryRows(OPEN, written=partial(self._kept, LIST)),
            FIGURES: MemoryRows(written=partial(self._kept, FIGURES)),
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
        self.watch: StateListener | None = None
        for sku, pieces in stock.items():
            self.tables(STOCK).add(sku, AVAILABLE, pieces)
        self._close_the_past()

    def listen(self, watch: StateListener) -> None:
        """Tell this one of every change from now on."""
        self.watch = self.ledger.watch = self.parcels.watch = watch

    def acknowledged(self, consumer: str, event: Event[Any]) -> None:
        """Note that a consumer has done with an event."""
        self.handled.add((consumer, event.id))
        if self.watch is not None:
            self.watch.handled(consumer, event)

    def available(self, sku: str) -> int:
        """Return the pieces of a product that can be sold."""
        return self.tables(STOCK).number(sku, AVAILABLE)

    def states(self, order: str) -> dict[str, list[str]]:
        """Return what each of an order's references at the gateway was, one after the other."""
        found = self.ledger.by_order.get(order, {})
        return {key: [str(one.values["state"]) for one in life] for key, life in found.items()}

    def charge(self, order: str) -> int:
        """Return what the customer is charged at this moment, in minor units."""
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
        """Send a mail: the shop's own mailbox."""
        self.mails[mail.to, mail.subject] += 1
        sent = f"mail-{len(self.mail_ids) + 1}"
        self.mail_ids.add(sent)
        if self.watch is not None:
            self.watch.mailed(mail)
        return sent

    def _stated(self, event: Event[Any], changes: Sequence[Change]) -> None:
        if self.watch is not None:
            self.watch.stated(event, changes)

    def _kept(self, table: str, row: Row) -> None:
        if self.watch is not None:
            self.watch.kept(table, row)

    def _close_the_past(self) -> None:
        today = day_of(self.clock())
        for days in range(CLOSED_AFTER.days, KNOWN_DAYS):
            day = today - timedelta(days=days)
            self.rows[FIGURES].put(Row(partition=DAILY, sort=f"{day}", version=1))


def subscribers(consumers: Sequence[Consumer]) -> Mapping[str, Sequence[str]]:
    """Return the names of the consumers that hear each event type."""
    heard: defaultdict[str, list[str]] = defaultdict(list)
    for consumer in consumers:
        for event in consumer.hears:
            heard[event].append(consumer.name)
    return dict(heard)
