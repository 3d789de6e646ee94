"""What the wire has seen, kept as the simulator keeps its shop: so its invariants are ours."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from events import codec
from events.envelope import Event
from events.order_list import LIST, OPEN
from functions.analytics.table import FIGURES
from functions.framework.ports import Change, Mail, Record, Row
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.map import CONSUMERS
from functions.runtime.aws.items import from_item
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRecords, DynamoRows
from functions.runtime.clock import utc_now
from functions.runtime.memory.rows import MemoryRows
from simulation.invariants import at_rest, delivery
from simulation.invariants import orders as order_invariants
from simulation.invariants.violation import Violation
from simulation.state import Shop
from simulation.world import READ_MODELS
from tests.faults import responses
from tests.faults.request_hook import STAGE, Call
from tests.support.tables import known_tables


class RecordedStream:
    """The log's stream: nothing is ever given up here."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.given_up: set[str] = set()

    def place(self, event: str) -> int:
        """Return how many records were there before an event's."""
        return self.records.index(event)

    def accounts_for(self, _event: str) -> bool:
        """Tell that every event is still to be published."""
        return True


class RecordedQueue:
    """A consumer's queue: it was always there, and keeps what it has."""

    def never_receives(self, _event: str) -> bool:
        """Tell that no event came too early."""
        return False

    def accounts_for(self, _event: str) -> bool:
        """Tell that every event is still under way."""
        return True


class RecordedState(Shop):
    """The simulator's shop, filled with what DynamoDB, SNS and SES were seen to take.

    Stock, the list and the figures are read from DynamoDB itself, through the functions' ports.
    """

    def __init__(self, client: Callable[[str], Any], stock: dict[str, int]) -> None:
        super().__init__(stock, CONSUMERS, utc_now)
        self._client = client
        self._names = {name: table for (_, name), table in known_tables("dev").items()}
        self._empty = self.rows[FIGURES]
        self.violations: list[Violation] = []
        self.stream: RecordedStream = RecordedStream()
        self.queues = {consumer.name: RecordedQueue() for consumer in CONSUMERS}
        self.listen(self._Judge(self))

    # -- what was done on the wire -----------------------------------------------------------------

    def hear(self, operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
        """Keep what a call has changed."""
        if response.status_code != 200:
            return
        match operation:
            case "dynamodb.PutItem":
                self._put(responses.document(request))
            case "dynamodb.TransactWriteItems":
                for part in responses.document(request)["TransactItems"]:
                    if "Put" in part:
                        self._put(part["Put"])
            case "sns.PublishBatch":
                taken = responses.accepted(response)
                for entry in responses.entries(request).values():
                    if entry["Id"] in taken:
                        self._publish(entry["Message"])
            case "sesv2.SendEmail":
                self.mail_ids.add(json.loads(response.text)["MessageId"])
                self.send(_mail(responses.document(request)))

    def on_fault(self, call: Call, request: AWSPreparedRequest) -> None:
        """Allow a mail to be sent again whose sending, or slot, meets a fault."""
        if call.function != "email":
            return
        body = responses.document(request)
        if call.operation == "sesv2.SendEmail":
            self.mail_faults[_mail(body).subject] += 1
        elif call.operation == "dynamodb.PutItem":
            order = body["Item"]["subject"]["S"]
            for _, subject in list(self.mails):
                self.mail_faults[subject] += order in subject

    def _put(self, put: dict[str, Any]) -> None:
        table, item = put["TableName"], put["Item"]
        if table == f"{STAGE}log":
            event = from_item(item)
            self.stream.records.append(event.id)
            if self.log.append(event) is not event:
                self.find(order_invariants.a_filled_slot_never_changes, event.id)
            return
        for name in READ_MODELS:
            if table == self._names[name].name:
                self.rows[name].write(DynamoRows(None, self._names[name])._row(item))
        for told in (self.ledger, self.parcels):
            named = self._names[told.name]
            if table == named.name:
                record = DynamoRecords(None, named)._record(item)
                key, values = record.key, record.values
                if not told.put(Record(key=key, values=values, version=record.version - 1)):
                    self.find(a_record_replaces_the_version_that_was_read, record.key)

    def _publish(self, body: str) -> None:
        event: Event[Any] = codec.decode(body)
        kept = self.log.read(event.subject).at(event.slot)
        self.look(delivery.OF_A_PUBLICATION, event.id, kept if kept == event else event)
        self.published.add(event.id)

    # -- what the invariants ask -------------------------------------------------------------------

    def available(self, sku: str) -> int:
        """Return the pieces of a product that can be sold."""
        record = DynamoRecords(self._client("dynamodb"), self._names[STOCK]).get(sku)
        return int(record.values[AVAILABLE]) if record else 0

    def parcels_of(self, order: str) -> int:
        """Return how many parcels the carrier booked for an order."""
        life = self.parcels.by_order.get(order, {}).get(order)
        return int(life[-1].values["parcels"]) if life else 0

    def look(self, these: Sequence[Callable[..., bool]], about: str, *given: Any) -> None:
        """Note which of these invariants do not hold; who has made the call cannot be told here."""
        for invariant in these:
            if not invariant(self, *given):
                self.find(invariant, about)

    def find(self, invariant: Callable[..., Any], about: str) -> None:
        """Note that an invariant does not hold."""
        self.violations.append(Violation(invariant, about))

    def check_at_rest(self, orders: Sequence[str]) -> None:
        """Look at what must hold once all is quiet."""
        client = self._client("dynamodb")
        for name, rows in ((LIST, MemoryRows(OPEN)), (FIGURES, self._past())):
            for row in DynamoRows(client, self._names[name]).all():
                rows.write(row)
            self.rows[name] = rows
        for order in orders:
            if list(DynamoLog(client, f"{STAGE}log").read(order)) != list(self.log.read(order)):
                self.find(the_log_holds_what_was_put, order)
            self.look(at_rest.OF_AN_ORDER, order, order)
        self.look(at_rest.OF_ALL_ORDERS, "all orders", self.clock())

    def _past(self) -> MemoryRows:
        rows = MemoryRows()
        for row in self._empty.all():
            rows.put(row)
        return rows

    class _Judge:
        """Looks at every change right when it was made."""

        def __init__(self, recorded: "RecordedState") -> None:
            self._books = recorded

        def stated(self, event: Event[Any], _: Sequence[Change]) -> None:
            self._books.look(order_invariants.of_a_fact(event), event.id, event)

        def charged(self, order: str) -> None:
            self._books.look(order_invariants.OF_THE_LEDGER, order, order)

        def booked(self, order: str) -> None:
            self._books.look(order_invariants.OF_THE_PARCELS, order, order)

        def handled(self, consumer: str, event: Event[Any]) -> None:
            order = event.subject
            self._books.look(order_invariants.of_a_handled_event(consumer), order, order)

        def kept(self, table: str, row: Row) -> None:
            self._books.look(READ_MODELS[table], row.sort, row)

        def mailed(self, mail: Mail) -> None:
            self._books.look(order_invariants.OF_A_MAIL, mail.subject, mail)


def the_log_holds_what_was_put() -> None:
    """The log, read through its port, is what was put into it, and nothing else."""


def a_record_replaces_the_version_that_was_read() -> None:
    """A record takes the place of the one that its writer had read, and of no other."""


def _mail(body: dict[str, Any]) -> Mail:
    simple = body["Content"]["Simple"]
    return Mail(
        to=body["Destination"]["ToAddresses"][0],
        subject=simple["Subject"]["Data"],
        text=simple["Body"]["Text"]["Data"],
        html=simple["Body"]["Html"]["Data"],
    )
