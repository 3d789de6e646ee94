"""An update removes, replaces and unprotects no stateful resource of a stage."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from infra.release import record
from infra.release.losses import losses
from infra.release.stateful import stateful_resources
from tests.support.assembly import Assembly
from tests.support.summary import Figure

BUS = "fanfare-prod-bus"
INBOX = "fanfare-prod-payment"
LOG = "fanfare-prod-log"

type Resources = dict[str, Any]
type Change = Callable[[Resources], object]


@pytest.mark.parametrize("stage", record.DEPLOYED, ids=lambda stage: stage.name)
def test_an_update_from_the_last_release_loses_nothing(
    request: pytest.FixtureRequest, stage: Any, figure: Figure
) -> None:
    assembly: Assembly = request.getfixturevalue(stage.name)
    released = record.read(stage)
    lost = losses(released, stateful_resources(assembly.stacks))

    figure(f"{stage.name}: resources that updates must keep", len(released))
    figure(f"{stage.name}: losses by the next update", len(lost))
    assert released
    assert [str(loss) for loss in lost] == [], "if intended: make release ARGS='--lose …'"


def test_every_retained_resource_is_recorded(prod: Assembly) -> None:
    retained = {
        f"{stack}/{logical_id}"
        for stack, template in prod.stacks.items()
        for logical_id, resource in template["Resources"].items()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }

    assert retained
    assert retained <= stateful_resources(prod.stacks).keys()


# -- losses ----------------------------------------------------------------------------------------


def the(resources: Resources, kind: str, name: str = "") -> Any:
    """Return the only resource of a type, or the one that contains a name."""
    (found,) = (
        resource
        for resource in resources.values()
        if resource["Type"] == f"AWS::{kind}" and name in str(resource["Properties"])
    )
    return found


def log(resources: Resources) -> Any:
    return the(resources, "DynamoDB::Table")["Properties"]


def rename(resources: Resources) -> None:
    log(resources)["TableName"] = "fanfare-prod-journal"


def key_by_time(resources: Resources) -> None:
    log(resources)["KeySchema"][1]["AttributeName"] = "time"


def number_the_slots(resources: Resources) -> None:
    log(resources)["AttributeDefinitions"][1]["AttributeType"] = "N"


def stream_keys_alone(resources: Resources) -> None:
    log(resources)["StreamSpecification"] = {"StreamViewType": "KEYS_ONLY"}


def index_in_place(resources: Resources) -> None:
    log(resources)["LocalSecondaryIndexes"] = [{"IndexName": "by-time"}]


def unprotect(resources: Resources) -> None:
    log(resources)["DeletionProtectionEnabled"] = False


def forget_the_past(resources: Resources) -> None:
    del log(resources)["PointInTimeRecoverySpecification"]


def delete_with_its_stack(resources: Resources) -> None:
    the(resources, "DynamoDB::Table")["DeletionPolicy"] = "Delete"


def delete_when_replaced(resources: Resources) -> None:
    del the(resources, "DynamoDB::Table")["UpdateReplacePolicy"]


def give_another_logical_id(resources: Resources) -> None:
    name = next(name for name, each in resources.items() if each["Type"].endswith("::Table"))
    resources["Journal"] = resources.pop(name)


def drop_the_topic(resources: Resources) -> None:
    name = next(name for name, each in resources.items() if each["Type"].endswith("::Topic"))
    del resources[name]


def keep_logs_for_a_week(resources: Resources) -> None:
    the(resources, "Logs::LogGroup")["Properties"]["RetentionInDays"] = 7


def keep_order(resources: Resources) -> None:
    the(resources, "SQS::Queue", "fanfare-prod-payment-dlq")["Properties"]["FifoQueue"] = True


def keep_messages_for_a_day(resources: Resources) -> None:
    dead = the(resources, "SQS::Queue", "fanfare-prod-payment-dlq")
    dead["Properties"]["MessageRetentionPeriod"] = 86_400


def subscribe_another(resources: Resources) -> None:
    the(resources, "SNS::Subscription")["Properties"]["Endpoint"] = "another"


LOSSES: list[tuple[str, Change, str]] = [
    (BUS, rename, f"would be replaced: TableName was {LOG}, and is fanfare-prod-journal"),
    (BUS, key_by_time, "would be replaced: KeySchema was"),
    (BUS, number_the_slots, "would be replaced: AttributeDefinitions was"),
    (BUS, stream_keys_alone, "would be replaced: StreamSpecification was"),
    (BUS, index_in_place, "would be replaced: LocalSecondaryIndexes was None"),
    (BUS, unprotect, "would be protected less: DeletionProtectionEnabled was True, and is False"),
    (BUS, forget_the_past, "would be protected less: PointInTimeRecoverySpecification was"),
    (
        BUS,
        delete_with_its_stack,
        "would be protected less: DeletionPolicy was RetainExceptOnCreate",
    ),
    (BUS, delete_when_replaced, "would be protected less: UpdateReplacePolicy was Retain"),
    (BUS, give_another_logical_id, f"{LOG} would be removed; {BUS}/Journal has its name"),
    (BUS, drop_the_topic, "AWS::SNS::Topic fanfare-prod-events.fifo would be removed"),
    (BUS, keep_logs_for_a_week, "would be protected less: RetentionInDays was 180, and is 7"),
    (INBOX, keep_order, "would be replaced: FifoQueue was None, and is True"),
    (INBOX, keep_messages_for_a_day, "would be protected less: MessageRetentionPeriod was 1209600"),
    (INBOX, subscribe_another, "would be replaced: Endpoint was"),
]


@pytest.mark.parametrize(
    ("stack", "change", "message"), LOSSES, ids=[c.__name__ for _, c, _ in LOSSES]
)
def test_a_change_that_loses_something_is_reported(
    prod: Assembly, stack: str, change: Change, message: str
) -> None:
    changed = deepcopy(prod.stacks)
    change(changed[stack]["Resources"])

    found = losses(stateful_resources(prod.stacks), stateful_resources(changed))
    lost = [str(loss) for loss in found]

    assert [loss for loss in lost if message in loss], lost
    assert all(loss.startswith(f"{stack}/") for loss in lost)


def test_a_removed_stack_loses_all_its_stateful_resources(prod: Assembly) -> None:
    changed = {name: template for name, template in prod.stacks.items() if name != INBOX}

    lost = losses(stateful_resources(prod.stacks), stateful_resources(changed))

    assert {loss.resource for loss in lost} == {
        resource for resource in stateful_resources(prod.stacks) if resource.startswith(f"{INBOX}/")
    }


def list_by_time(resources: Resources) -> None:
    properties = log(resources)
    properties["AttributeDefinitions"].append({"AttributeName": "time", "AttributeType": "S"})
    properties["GlobalSecondaryIndexes"] = [{"IndexName": "by-time"}]


def keep_logs_for_ever(resources: Resources) -> None:
    del the(resources, "Logs::LogGroup")["Properties"]["RetentionInDays"]


def add_a_queue(resources: Resources) -> None:
    resources["More"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "more"}}


def hurry(resources: Resources) -> None:
    the(resources, "Lambda::Function")["Properties"]["MemorySize"] = 2048


@pytest.mark.parametrize("change", [list_by_time, keep_logs_for_ever, add_a_queue, hurry])
def test_a_change_that_loses_nothing_is_not_reported(prod: Assembly, change: Change) -> None:
    changed = deepcopy(prod.stacks)
    change(changed[BUS]["Resources"])

    assert losses(stateful_resources(prod.stacks), stateful_resources(changed)) == []
