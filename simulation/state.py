"""State of a simulated shop: log, tables, mails and messages, and the listener to its changes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from events.envelope import Event
from functions.framework.ports import Change, Clock, Mail, Record, Row
from functions.framework.service import Consumer
from functions.runtime.memory.log import MemoryLog
from simulation.tables import WatchedTables


class StateListener(Protocol):
    """A listener that is called right after each change."""

    def appended(self, event: Event[Any], changes: Sequence[Change]) -> None:
        """A fact was appended to the log."""
        ...

    def event_handled(self, consumer: str, event: Event[Any]) -> None:
        """A consumer has acknowledged an event."""
        ...

    def row_written(self, owner: str, table: str, row: Row) -> None:
        """A row of a table was written."""
        ...

    def record_written(self, owner: str, table: str, order: str, record: Record) -> None:
        """An item of a table was written; it belongs to that order."""
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


class ShopState:
    """The current state of a shop: log, tables, mails and messages."""

    def __init__(
        self, pieces: Mapping[str, int], consumers: Sequence[Consumer], clock: Clock
    ) -> None:
        """Take the initial pieces of each product, the consumers, and the clock."""
        self.consumers = consumers
        self.subscribers = subscribers(consumers)
        self.pieces = pieces
        self.clock = clock
        self.own = WatchedTables(self._row_written, self._record_written)
        for consumer in consumers:
            self.own.declare(consumer)
        self.log = MemoryLog(self.own.records, as_items=False, appended=self._appended)
        self.mails: Counter[tuple[str, str]] = Counter()
        self.mail_ids: set[str] = set()
        self.first: dict[str, Event[Any]] = {}
        self.published: set[str] = set()
        self.handled: set[tuple[str, str]] = set()
        self.queues: Mapping[str, QueueState] = {}
        self.stream: StreamState
        self.listener: StateListener | None = None

    def listen(self, listener: StateListener) -> None:
        """Notify this listener of every change from now on."""
        self.listener = listener

    def acknowledged(self, consumer: str, event: Event[Any]) -> None:
        """Note that a consumer has handled an event."""
        self.handled.add((consumer, event.id))
        if self.listener is not None:
            self.listener.event_handled(consumer, event)

    def number(self, owner: str, table: str, key: str, attribute: str) -> int:
        """Return a number of an item of a table; zero if there is none."""
        return self.own.items(owner, table).number(key, attribute)

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

    def _row_written(self, owner: str, table: str, row: Row) -> None:
        if self.listener is not None:
            self.listener.row_written(owner, table, row)

    def _record_written(self, owner: str, table: str, order: str, record: Record) -> None:
        if self.listener is not None:
            self.listener.record_written(owner, table, order, record)


def subscribers(consumers: Sequence[Consumer]) -> Mapping[str, Sequence[str]]:
    """Return the names of the consumers that subscribe to each event type."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for consumer in consumers:
        for event in consumer.subscribed_types:
            found[event].append(consumer.name)
    return dict(found)
