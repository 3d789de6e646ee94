"""Bugs seeded into the runtime, where functions meet AWS."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from botocore.exceptions import ClientError

from functions.framework.ports import Change, Message
from functions.relay.service import SERVICE
from functions.relay.waves import publish
from functions.runtime.aws import client as clients
from functions.runtime.aws.log import DynamoLog, _conflicts
from functions.runtime.aws.tables import DynamoRecords
from functions.runtime.aws.topic import SnsTopic
from functions.runtime.handlers import consumer as consumers_handler
from tests.faults import deployment
from tests.faults.request_hook import Clients
from tests.simulation.seeded_bugs import SEEDED_BUGS as RULE_BUGS
from tests.simulation.seeding import Patch, SeedBug, catalogued

SEEDED_BUGS: dict[str, SeedBug[None]] = {}
seeded_bug = catalogued(SEEDED_BUGS)


def in_the_rules(name: str) -> SeedBug[None]:
    """Return one of the simulator's bugs, to be seeded into the functions themselves."""

    def seed(patch: Patch) -> None:
        consumers, _ = RULE_BUGS[name](patch)
        for consumer in consumers:
            patch.setattr(f"functions.{consumer.name}.service.SERVICE", consumer)

    return seed


LOSING = "it_confirms_the_losing_reference"
SEEDED_BUGS[LOSING] = in_the_rules(LOSING)


@seeded_bug
def the_relay_ignores_refused_entries(patch: Patch) -> None:
    def all_taken(self: SnsTopic, messages: Sequence[Message]) -> Sequence[str]:
        before(self, messages)
        return [""] * len(messages)

    before = SnsTopic.publish
    patch.setattr(SnsTopic, "publish", all_taken)


@seeded_bug
def the_relay_goes_on_when_the_topic_fails(patch: Patch) -> None:
    def publish_anyway(messages: Any, topic: Any) -> Any:
        try:
            return publish(messages, topic)
        except Exception:  # noqa: BLE001  the bug
            return {}

    patch.setattr("functions.relay.service.SERVICE", replace(SERVICE, publish=publish_anyway))


@seeded_bug
def it_acknowledges_what_has_failed(patch: Patch) -> None:
    def all_done(*given: Any) -> Any:
        before(*given)
        return {"batchItemFailures": []}

    before = process_partial_response
    patch.setattr(consumers_handler, "process_partial_response", all_done)


@seeded_bug
def a_slot_is_put_unconditionally(patch: Patch) -> None:
    def put(self: DynamoLog, put: dict[str, Any]) -> None:
        self._client.put_item(TableName=put["TableName"], Item=put["Item"])

    patch.setattr(DynamoLog, "_put", put)


@seeded_bug
def stock_is_taken_before_the_slot(patch: Patch) -> None:
    def one_after_the_other(
        self: DynamoLog, put: dict[str, Any], changes: Sequence[Change]
    ) -> dict[str, Any] | None:
        items = [{"Update": self._update(change)} for change in changes]
        self._client.transact_write_items(TransactItems=items)
        return self._put(put)

    patch.setattr(DynamoLog, "_transact", one_after_the_other)


@seeded_bug
def a_conflict_counts_as_a_success(patch: Patch) -> None:
    def write(self: DynamoLog, write: Callable[[], Any]) -> Any:
        try:
            return write()
        except ClientError as error:
            if not _conflicts(error):
                raise
            return None

    patch.setattr(DynamoLog, "_retry_conflicts", write)


@seeded_bug
def a_record_is_put_unconditionally(patch: Patch) -> None:
    def put(self: DynamoRecords, record: Any) -> bool:
        client = self._client
        self._client = _Unconditional(client)
        try:
            return before(self, record)
        finally:
            self._client = client

    before = DynamoRecords.put
    patch.setattr(DynamoRecords, "put", put)


@seeded_bug
def the_sdk_sends_mail_again(patch: Patch) -> None:
    patch.setattr(clients, "NOT_RETRIED", {})
    patch.setattr(deployment, "CLIENTS", Clients())


class _Unconditional:
    """A client that forgets conditions."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put_item(self, TableName: str, Item: Any, **_: Any) -> Any:  # noqa: N803
        return self._client.put_item(TableName=TableName, Item=Item)
