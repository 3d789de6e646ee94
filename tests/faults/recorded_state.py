"""Recorded state: what AWS accepted, in the form that the simulator's invariants check."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, override

from botocore.awsrequest import AWSResponse

from events import codec
from events.envelope import Event
from events.order_list import LIST, OWNER
from functions import names
from functions.analytics.table import FIGURES
from functions.framework.ports import Mail, Record
from functions.inventory.reactions import STOCK
from functions.map import CONSUMERS
from functions.runtime.aws.items import from_item
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRecords, DynamoRows
from functions.runtime.clock import utc_now
from simulation.invariants import delivery
from simulation.invariants.checker import Checker, hold
from simulation.invariants.orders import a_filled_slot_never_changes
from simulation.invariants.violation import Violation
from simulation.state import QueueState, ShopState, StreamState
from testkit.dynamo_tables import table_name

LOG = names.log_table("dev")
ANALYTICS = "analytics"


class Delivery(StreamState, QueueState):
    """The log's stream and all queues, which are always deployed here and lose nothing."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.given_up: set[str] = set()

    @override
    def place(self, event: str) -> int:
        return self.records.index(event)

    @override
    def never_receives(self, event: str) -> bool:
        return False

    @override
    def accounts_for(self, event: str) -> bool:
        return True


class RecordedState(ShopState):
    """The simulator's shop, filled with what DynamoDB, SNS and SES accepted.

    Stock, the list and the figures are read from DynamoDB itself, through the functions' ports. A
    violation passes through the SDK and the function, since it is a BaseException.
    """

    def __init__(self, client: Callable[[str], Any], stock: dict[str, int]) -> None:
        super().__init__(stock, CONSUMERS, utc_now)
        self._client = client
        self._tables = {
            (service.name, table.name): table_name("dev", service, table)
            for service in CONSUMERS
            for table in service.possible_tables
        }
        self.stream: Delivery = Delivery()
        self.queues = {consumer.name: self.stream for consumer in CONSUMERS}
        self.checker = Checker(self)
        self.closed_days = list(self.own.rows(ANALYTICS, FIGURES).all())
        self.listen(self.checker)

    def on_response(self, operation: str, params: Mapping[str, Any], response: AWSResponse) -> None:
        """Record what AWS has accepted."""
        match operation:
            case "dynamodb.PutItem":
                self._put(params["TableName"], params["Item"])
            case "dynamodb.TransactWriteItems":
                for part in params["TransactItems"]:
                    if "Put" in part:
                        self._put(part["Put"]["TableName"], part["Put"]["Item"])
            case "sns.PublishBatch":
                accepted = re.sub("<Failed>.*</Failed>", "", response.text, flags=re.DOTALL)
                for entry in params["PublishBatchRequestEntries"]:
                    if f"<Id>{entry['Id']}</Id>" in accepted:
                        self._publish(codec.decode(entry["Message"]))
            case "sesv2.SendEmail":
                self.mail_ids.add(json.loads(response.text)["MessageId"])
                self.send(_mail(params))

    def on_fault(self, function: str, params: Mapping[str, Any]) -> None:
        """Allow a mail to be sent twice whose sending, or slot, meets a fault."""
        if function != "email":
            return
        state = self.checker.shops[function].state
        state.late += 1
        if "Content" in params:
            state.again[_mail(params).subject] += 1
        elif params.get("TableName") == LOG and "Item" in params:
            for _, subject in list(self.mails):
                state.again[subject] += params["Item"]["subject"]["S"] in subject

    def _put(self, table: str, item: Mapping[str, Any]) -> None:
        if table == LOG:
            event = from_item(item)
            self.stream.records.append(event.id)
            if self.log.append(event) is not event:
                raise Violation(a_filled_slot_never_changes, event.id)
            return
        ((place, own),) = [
            each
            for each in self._tables.items()
            if each[1].name == table and each[0][0] in self.queues
        ]
        if own.sort:
            self.own.rows(*place).write(DynamoRows(None, own)._row(item))
            return
        record = DynamoRecords(None, own)._record(item)
        key, values = record.key, record.values
        before = Record(key=key, values=values, version=record.version - 1)
        if not self.own.items(*place).put(before):
            raise Violation(a_record_replaces_the_version_that_was_read, key)

    def _publish(self, event: Event[Any]) -> None:
        logged = self.log.read(event.subject).at(event.slot)
        published = logged if logged == event else event
        hold(delivery.OF_A_PUBLICATION, event.id, self, published)
        self.published.add(event.id)

    @override
    def number(self, owner: str, table: str, key: str, attribute: str) -> int:
        if table != STOCK:
            return super().number(owner, table, key, attribute)
        record = DynamoRecords(self._client("dynamodb"), self._tables[owner, table]).get(key)
        return int(record.values[attribute]) if record else 0

    def check_at_rest(self, orders: Sequence[str]) -> None:
        client = self._client("dynamodb")
        self.listener = None  # each row was checked when it was put
        for place in ((OWNER, LIST), (ANALYTICS, FIGURES)):
            rows = self.own.rows(*place)
            rows.clear()
            closed = self.closed_days if place[1] == FIGURES else []
            for row in (*closed, *DynamoRows(client, self._tables[place]).all()):
                rows.write(row)
        for order in orders:
            if list(DynamoLog(client, LOG).read(order)) != list(self.log.read(order)):
                raise Violation(the_log_holds_what_was_put, order)
            self.checker.check_order_at_rest(order)
        self.checker.check_whole_shop()


def the_log_holds_what_was_put() -> None:
    """The log, read through its port, has exactly the events that were put."""


def a_record_replaces_the_version_that_was_read() -> None:
    """A record replaces exactly the version that its writer had read."""


def _mail(params: Mapping[str, Any]) -> Mail:
    (to,) = params["Destination"]["ToAddresses"]
    simple = params["Content"]["Simple"]
    return Mail(
        to=to,
        subject=simple["Subject"]["Data"],
        text=simple["Body"]["Text"]["Data"],
        html=simple["Body"]["Html"]["Data"],
    )
