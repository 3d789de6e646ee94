"""Contract of erasing the personal data of an order, in memory and on DynamoDB."""

from typing import NamedTuple

import msgspec
import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentPrepared
from events.history import History
from functions import names
from functions.framework.ports import Log
from functions.runtime.memory.log import MemoryLog
from functions.runtime.operating.erase import DynamoErasure
from functions.runtime.operating.ports import ConcurrentChange, Erasure
from testkit.builders import EMAIL, NOW, history_of, placed
from tests.functions.conftest import Calls, Stage
from tests.functions.runtime.conftest import Faults


class Subject(NamedTuple):
    """A log, and the port that erases personal data in it."""

    log: Log
    erasure: Erasure

    def append(self, history: History) -> None:
        for event in history:
            self.log.append(event)


@pytest.fixture(params=["memory", "dynamo"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "memory":
        log = MemoryLog()
        return Subject(log, log)
    stage = request.getfixturevalue("stage")
    return Subject(stage.log(), DynamoErasure(stage.dynamodb, names.log_table(stage.name)))


def events_of(order: str) -> History:
    return history_of(PaymentPrepared(reference="r"), OrderConfirmed(), order=order)


def test_personal_fields_are_erased_and_reported_once(subject: Subject) -> None:
    written, *rest = events_of("A")
    subject.append(events_of("A"))

    assert subject.erasure.erase("A", NOW) == ["A/placed"]
    assert subject.erasure.erase("A", NOW) == []

    history = subject.log.read("A")
    first = history.find(OrderPlaced)
    assert first is not None
    assert (first.data.email, first.data.ship_to.street) == ("", "")
    assert first.data.lines == written.data.lines
    assert list(history)[1:] == rest
    assert msgspec.structs.replace(first, data=written.data) == written


def test_other_orders_stay_as_they_are(subject: Subject) -> None:
    subject.append(events_of("A"))
    subject.append(events_of("B"))

    subject.erasure.erase("A", NOW)

    assert subject.log.read("B") == events_of("B")


def test_the_slot_of_an_erased_event_is_still_filled(subject: Subject) -> None:
    subject.append(events_of("A"))
    subject.erasure.erase("A", NOW)

    held = subject.log.append(placed(order="A"))

    assert held.data.email == ""
    assert held.same_fact(placed(order="A"))


def test_erasing_an_unknown_order_changes_nothing(subject: Subject) -> None:
    assert subject.erasure.erase("A", NOW) == []
    assert len(subject.log.read("A")) == 0


# -- only on DynamoDB ------------------------------------------------------------------------------


def test_an_erased_item_is_marked_and_no_other_attribute_is_written(
    stage: Stage, calls: Calls
) -> None:
    for event in events_of("A"):
        stage.log().append(event)
    table = names.log_table(stage.name)

    DynamoErasure(stage.dynamodb, table).erase("A", NOW)

    item = stage.dynamodb.get_item(
        TableName=table, Key={"subject": {"S": "A"}, "slot": {"S": "placed"}}
    )["Item"]
    assert item["forgotten"] == {"S": NOW.isoformat()}
    assert EMAIL not in str(item)
    (update,) = (call.sent for call in calls if call.operation == "UpdateItem")
    assert set(update["ExpressionAttributeNames"].values()) == {"data", "forgotten"}
    assert update["ConditionExpression"] == "#data = :read"


def test_an_event_that_was_changed_concurrently_is_not_overwritten(
    stage: Stage, faults: Faults
) -> None:
    stage.log().append(placed(order="A"))
    refused = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "no"}}
    faults.inject(stage.dynamodb, "UpdateItem", refused)

    with pytest.raises(ConcurrentChange, match="A/placed"):
        DynamoErasure(stage.dynamodb, names.log_table(stage.name)).erase("A", NOW)
