"""Recorded state: what AWS accepted, in the form that the simulator's invariants check."""

import json
from collections.abc import Callable, Sequence
from typing import Any, override

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from events import codec
from events.envelope import Event
from events.order_list import LIST, OPEN
from functions.analytics.table import FIGURES
from functions.framework.ports import Mail, Record
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.map import CONSUMERS
from functions.runtime.aws.items import from_item
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRecords, DynamoRows
from functions.runtime.clock import utc_now
from functions.runtime.memory.rows import MemoryRows
from simulation.invariants import at_rest, delivery
from simulation.invariants.checker import READ_MODELS, Checker
from simulation.invariants.orders import a_filled_slot_never_changes
from simulation.invariants.violation import Violation
from simulation.state import QueueState, ShopState, StreamState
from tests.faults import responses
from tests.faults.request_hook import STAGE, Call, HookListener
from tests.support.tables import known_tables


class RecordedStream(StreamState):
    """The log's stream, which never gives up an event here."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.given_up: set[str] = set()

    @override
    def place(self, event: str) -> int:
        return self.records.index(event)

    @override
    def accounts_for(self, event: str) -> bool:
        return True


class RecordedQueue(QueueState):
    """A consumer's queue, which is always deployed here and loses nothing."""

    @override
    def never_receives(self, event: str) -> bool:
        return False

    @override
    def accounts_for(self, event: str) -> bool:
        return True


class RecordedState(ShopState, HookListener):
    """The simulator's shop, filled with what DynamoDB, SNS and SES accepted.

    Stock, the list and the figures are read from DynamoDB itself, through the functions' ports.
    """

    def __init__(self, client: Callable[[str], Any], stock: dict[str, int]) -> None:
        super().__init__(stock, CONSUMERS, utc_now)
        self._client = client
        self._tables = {name: table for (_, name), table in known_tables("dev").items()}
        self._closed_days = list(self.rows[FIGURES].all())
        self.violations: list[Violation] = []
        self.stream: RecordedStream = RecordedStream()
        self.queues = {consumer.name: RecordedQueue() for consumer in CONSUMERS}
        self.listen(Checker(self, self._check))

    # -- requests ----------------------------------------------------------------------------------

    @override
    def on_response(
        self, operation: str, request: AWSPreparedRequest, response: AWSResponse
    ) -> None:
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

    @override
    def on_fault(self, call: Call, request: AWSPreparedRequest) -> None:
        """Allow a mail to be sent twice whose sending, or slot, meets a fault."""
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
                self._violated(a_filled_slot_never_changes, event.id)
            return
        for name in READ_MODELS:
            if table == self._tables[name].name:
                self.rows[name].write(DynamoRows(None, self._tables[name])._row(item))
        for records in (self.ledger, self.parcels):
            own = self._tables[records.name]
            if table == own.name:
                record = DynamoRecords(None, own)._record(item)
                key, values = record.key, record.values
                if not records.put(Record(key=key, values=values, version=record.version - 1)):
                    self._violated(a_record_replaces_the_version_that_was_read, record.key)

    def _publish(self, body: str) -> None:
        event: Event[Any] = codec.decode(body)
        logged = self.log.read(event.subject).at(event.slot)
        published = logged if logged == event else event
        self._check(delivery.OF_A_PUBLICATION, event.id, self, published)
        self.published.add(event.id)

    # -- checks ------------------------------------------------------------------------------------

    @override
    def available(self, sku: str) -> int:
        record = DynamoRecords(self._client("dynamodb"), self._tables[STOCK]).get(sku)
        return int(record.values[AVAILABLE]) if record else 0

    @override
    def parcels_of(self, order: str) -> int:
        versions = self.parcels.by_order.get(order, {}).get(order)
        return int(versions[-1].values["parcels"]) if versions else 0

    def _check(
        self, invariants: Sequence[Callable[..., bool]], about: str, one: Any, other: Any
    ) -> None:
        """Note violations; raised inside a request, the SDK would take them for a fault."""
        for invariant in invariants:
            if not invariant(one, other):
                self._violated(invariant, about)

    def raise_violation(self) -> None:
        """Raise the first violation, if any."""
        if self.violations:
            raise self.violations[0]

    def _violated(self, invariant: Callable[..., Any], about: str) -> None:
        self.violations.append(Violation(invariant, about))

    def check_at_rest(self, orders: Sequence[str]) -> None:
        """Check the invariants of a world at rest."""
        client = self._client("dynamodb")
        for name, rows in ((LIST, MemoryRows(OPEN)), (FIGURES, MemoryRows())):
            closed = self._closed_days if name == FIGURES else []
            for row in (*closed, *DynamoRows(client, self._tables[name]).all()):
                rows.write(row)
            self.rows[name] = rows
        for order in orders:
            if list(DynamoLog(client, f"{STAGE}log").read(order)) != list(self.log.read(order)):
                self._violated(the_log_holds_what_was_put, order)
            self._check(at_rest.OF_AN_ORDER, order, self, order)
        self._check(at_rest.OF_ALL_ORDERS, "all orders", self, self.clock())


def the_log_holds_what_was_put() -> None:
    """The log, read through its port, has exactly the events that were put."""


def a_record_replaces_the_version_that_was_read() -> None:
    """A record replaces exactly the version that its writer had read."""


def _mail(body: dict[str, Any]) -> Mail:
    simple = body["Content"]["Simple"]
    return Mail(
        to=body["Destination"]["ToAddresses"][0],
        subject=simple["Subject"]["Data"],
        text=simple["Body"]["Text"]["Data"],
        html=simple["Body"]["Html"]["Data"],
    )
