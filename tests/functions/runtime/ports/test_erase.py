"""What is personal in the log is blanked: one contract for the twin in memory and for DynamoDB."""

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
from tests.functions.conftest import Calls, Stage
from tests.functions.runtime.conftest import Faults
from tests.support.builders import EMAIL, NOW, placed, story


class World:
    """A log, and the way in which operators blank it."""

    def __init__(self, log: Log, erasure: Erasure) -> None:
        self.log, self.erasure = log, erasure

    def know(self, history: History) -> None:
        for event in history:
            self.log.append(event)


@pytest.fixture(params=["memory", "dynamo"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        log = MemoryLog()
        return World(log, log)
    stage = request.getfixturevalue("stage")
    return World(stage.log(), DynamoErasure(stage.dynamodb, names.log_table(stage.name)))


def story_of(order: str) -> History:
    return story(PaymentPrepared(reference="r"), OrderConfirmed(), order=order)


def test_personal_fields_are_blanked_and_told_of_once(world: World) -> None:
    written, *rest = story_of("A")
    world.know(story_of("A"))

    assert world.erasure.erase("A", NOW) == ["A/placed"]
    assert world.erasure.erase("A", NOW) == []

    history = world.log.read("A")
    first = history.find(OrderPlaced)
    assert first is not None
    assert (first.data.email, first.data.ship_to.street) == ("", "")
    assert first.data.lines == written.data.lines
    assert list(history)[1:] == rest
    assert msgspec.structs.replace(first, data=written.data) == written


def test_other_orders_stay_as_they_are(world: World) -> None:
    world.know(story_of("A"))
    world.know(story_of("B"))

    world.erasure.erase("A", NOW)

    assert world.log.read("B") == story_of("B")


def test_a_blank_slot_is_still_filled(world: World) -> None:
    world.know(story_of("A"))
    world.erasure.erase("A", NOW)

    held = world.log.append(placed(order="A"))

    assert held.data.email == ""
    assert held.same_fact(placed(order="A"))


def test_an_order_that_is_not_there_has_nothing_to_blank(world: World) -> None:
    assert world.erasure.erase("A", NOW) == []
    assert len(world.log.read("A")) == 0


# -- DynamoDB alone --------------------------------------------------------------------------------


def test_an_item_is_marked_and_nothing_else_of_it_is_written(stage: Stage, calls: Calls) -> None:
    for event in story_of("A"):
        stage.log().append(event)
    table = names.log_table(stage.name)

    DynamoErasure(stage.dynamodb, table).erase("A", NOW)

    item = stage.dynamodb.get_item(
        TableName=table, Key={"subject": {"S": "A"}, "slot": {"S": "placed"}}
    )["Item"]
    assert item["forgotten"] == {"S": NOW.isoformat()}
    assert EMAIL not in str(item)
    (update,) = (call.sent for call in calls.made if call.operation == "UpdateItem")
    assert set(update["ExpressionAttributeNames"].values()) == {"data", "forgotten"}
    assert update["ConditionExpression"] == "#data = :read"


def test_an_event_that_was_changed_meanwhile_is_not_overwritten(
    stage: Stage, faults: Faults
) -> None:
    stage.log().append(placed(order="A"))
    refused = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "no"}}
    faults.answer(stage.dynamodb, "UpdateItem", refused)

    with pytest.raises(ConcurrentChange, match="A/placed"):
        DynamoErasure(stage.dynamodb, names.log_table(stage.name)).erase("A", NOW)
