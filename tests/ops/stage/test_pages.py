"""Lists of an account are read to their last page."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ops.actions.consumer_stack import find_stack, was_deleted
from ops.stage.connection import Connection
from ops.stage.consumer_queues import ConsumerQueues
from tests.support.template import ACCOUNT, REGION

ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:fanfare-dev-events.fifo"
STACK = "fanfare-dev-examplegreeting"


@pytest.fixture
def clients() -> Iterator[dict[str, Stubber]]:
    """Clients whose answers are set; each must be asked for."""
    with ExitStack() as stack:
        stubbers: dict[str, Stubber] = {}
        for name in ("cloudformation", "lambda", "sns", "sqs", "sts"):
            stubbers[name] = stack.enter_context(Stubber(boto3.client(name)))
        yield stubbers
        for stubber in stubbers.values():
            stubber.assert_no_pending_responses()


@pytest.fixture
def dev(clients: dict[str, Stubber]) -> Connection:
    return Connection(stage="dev", client=lambda name: clients[name].client)


def test_all_functions_of_the_account_are_looked_through(
    clients: dict[str, Stubber], dev: Connection
) -> None:
    def page(name: str) -> dict[str, Any]:
        function = {"FunctionName": name, "LoggingConfig": {"LogGroup": f"of {name}"}}
        return {"Functions": [function]}

    clients["lambda"].add_response("list_functions", page("other") | {"NextMarker": "2"})
    clients["lambda"].add_response("list_functions", page("fanfare-dev-email"))

    assert dev.log_groups() == {"email": "of fanfare-dev-email"}


def test_all_subscriptions_of_the_topic_are_looked_through(
    clients: dict[str, Stubber], dev: Connection
) -> None:
    def page(queue: str) -> dict[str, Any]:
        endpoint = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
        return {"Subscriptions": [{"Endpoint": endpoint, "SubscriptionArn": f"{ARN}:{queue}"}]}

    for _ in range(2):
        clients["sqs"].add_client_error("get_queue_url", "QueueDoesNotExist")
    clients["sts"].add_response("get_caller_identity", {"Account": ACCOUNT})
    clients["sns"].add_response(
        "list_subscriptions_by_topic", page("fanfare-dev-other") | {"NextToken": "2"}
    )
    clients["sns"].add_response("list_subscriptions_by_topic", page(STACK))
    clients["sns"].add_response("unsubscribe", {}, {"SubscriptionArn": f"{ARN}:{STACK}"})

    assert ConsumerQueues(dev, "examplegreeting").unsubscribe()


def test_all_deleted_stacks_are_looked_through(
    clients: dict[str, Stubber], dev: Connection
) -> None:
    def page(name: str) -> dict[str, Any]:
        deleted = {"StackName": name, "StackStatus": "DELETE_COMPLETE", "CreationTime": 0}
        return {"StackSummaries": [deleted]}

    clients["cloudformation"].add_response("list_stacks", page("other") | {"NextToken": "2"})
    clients["cloudformation"].add_response("list_stacks", page(STACK))

    assert was_deleted(dev, STACK)


def test_all_resources_of_a_stack_are_looked_through(
    clients: dict[str, Stubber], dev: Connection
) -> None:
    def page(name: str, kind: str) -> dict[str, Any]:
        found = {
            "LogicalResourceId": name,
            "PhysicalResourceId": name.lower(),
            "ResourceType": kind,
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": 0,
        }
        return {"StackResourceSummaries": [found]}

    resources = {
        "Subscription": {"Type": "AWS::SNS::Subscription"},
        "Cards": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate"},
    }
    stack = {"StackName": STACK, "StackStatus": "CREATE_COMPLETE", "CreationTime": 0}
    cloudformation = clients["cloudformation"]
    cloudformation.add_response("describe_stacks", {"Stacks": [stack | {"StackId": "its id"}]})
    cloudformation.add_response(
        "get_template", {"TemplateBody": json.dumps({"Resources": resources})}
    )
    first = page("Subscription", "AWS::SNS::Subscription")
    cloudformation.add_response("list_stack_resources", first | {"NextToken": "2"})
    cloudformation.add_response("list_stack_resources", page("Cards", "AWS::DynamoDB::Table"))

    found = find_stack(dev, STACK)

    assert found is not None
    assert [resource.name for resource in found.retained] == ["cards"]
