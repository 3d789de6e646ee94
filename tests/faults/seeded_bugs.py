"""Bugs seeded into the runtime, where functions meet AWS, and two of the simulator's."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from botocore.exceptions import ClientError

from functions.framework.ports import Change
from functions.relay.waves import publish
from functions.runtime.aws import client
from functions.runtime.aws.log import DynamoLog, _conflicts
from functions.runtime.aws.tables import DynamoRecords
from simulation.campaign import ROWS, Rows
from tests.faults import deployment
from tests.faults.request_hook import Clients
from tests.simulation.seeded_bugs import it_confirms_the_losing_reference
from tests.simulation.seeded_bugs_in_delivery import the_relay_ignores_refused_entries
from tests.simulation.seeding import SEEDED_BUGS as IN_THE_SIMULATOR
from tests.simulation.seeding import Catalogue, Patch

SEEDED_BUGS = Catalogue(
    (bug.__name__, IN_THE_SIMULATOR[bug.__name__])
    for bug in (it_confirms_the_losing_reference, the_relay_ignores_refused_entries)
)

put_record = DynamoRecords.put


def seed(patch: Patch, name: str) -> None:
    """Seed a bug, and the rows that it returns into the functions themselves."""
    consumers, relay = SEEDED_BUGS[name](patch)
    for service in (*consumers, relay):
        patch.setattr(f"functions.{service.name}.service.SERVICE", service)


@SEEDED_BUGS.publishing
def the_relay_goes_on_when_the_topic_fails(messages: Any, topic: Any) -> Any:
    try:
        return publish(messages, topic)
    except Exception:  # noqa: BLE001  the bug
        return {}


@SEEDED_BUGS.in_place_of("functions.runtime.handlers.consumer.process_partial_response")
def it_acknowledges_what_has_failed(*given: Any) -> Any:
    process_partial_response(*given)
    return {"batchItemFailures": []}


@SEEDED_BUGS.in_place_of("functions.runtime.aws.log.DynamoLog._put")
def a_slot_is_put_unconditionally(self: DynamoLog, put: dict[str, Any]) -> None:
    self._client.put_item(TableName=put["TableName"], Item=put["Item"])


@SEEDED_BUGS.in_place_of("functions.runtime.aws.log.DynamoLog._transact")
def stock_is_taken_before_the_slot(
    self: DynamoLog, put: dict[str, Any], changes: Sequence[Change]
) -> dict[str, Any] | None:
    items = [{"Update": self._update(change)} for change in changes]
    self._client.transact_write_items(TransactItems=items)
    return self._put(put)


@SEEDED_BUGS.in_place_of("functions.runtime.aws.log.DynamoLog._retry_conflicts")
def a_conflict_counts_as_a_success(_: DynamoLog, write: Callable[[], Any]) -> Any:
    try:
        return write()
    except ClientError as error:
        if not _conflicts(error):
            raise
        return None


@SEEDED_BUGS.in_place_of("functions.runtime.aws.tables.DynamoRecords.put")
def a_record_is_put_unconditionally(self: DynamoRecords, record: Any) -> bool:
    def put_item(*, TableName: str, Item: Any, **_: Any) -> Any:  # noqa: N803
        return self._client.put_item(TableName=TableName, Item=Item)

    return put_record(DynamoRecords(SimpleNamespace(put_item=put_item), self._table), record)


@SEEDED_BUGS.seed
def the_sdk_sends_mail_again(patch: Patch) -> Rows:
    patch.setattr(client, "NOT_RETRIED", {})
    patch.setattr(deployment, "CLIENTS", Clients())
    return ROWS
