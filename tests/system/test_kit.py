"""The kit's world under moto has the variables, queues and filters of the templates."""

import json
from collections.abc import Iterator

import pytest

from functions.framework.service import Consumer
from functions.map import SERVICES
from functions.runtime import settings
from functions.runtime.aws.client import client_factory
from functions.runtime.memory.application import unchanged
from testkit.builders import Clock
from testkit.moto_world import CREDENTIALS, MotoWorld
from tests.support.template import REGION, Templates
from tests.system import wiring

FANFARE = "FANFARE_"
QUEUE = "AWS::SQS::Queue"


@pytest.fixture
def kit() -> Iterator[MotoWorld]:
    world = MotoWorld(clock=Clock(), adapters={"email": "ses"}, issuer=None, wrap=unchanged)
    for service in SERVICES:
        world.deploy(service)
    yield world
    world.close()


def test_every_function_has_the_variables_that_its_stack_sets(
    kit: MotoWorld, mailing: Templates
) -> None:
    stacks = wiring.environments_of(mailing).values()
    assert len(stacks) >= len(SERVICES)
    for stack in stacks:
        service = next(each for each in SERVICES if each.name == stack[settings.SERVICE])
        chosen = stack.get(settings.ADAPTER)
        adapter = service.adapter(chosen) if isinstance(service, Consumer) else None
        made = kit.environment(service, adapter)
        text = json.dumps(made).replace(f"fanfare-{kit.stage}-", "fanfare-dev-")
        own = {k: v for k, v in stack.items() if k.startswith(FANFARE)}
        own.pop(settings.SECRET, None)  # the kit has no secrets
        assert json.loads(text) == own


def test_queues_retry_as_often_as_those_of_the_templates(
    kit: MotoWorld, mailing: Templates
) -> None:
    sqs = client_factory(REGION, credentials=CREDENTIALS)("sqs")
    queues = {each.properties["QueueName"]: each.properties for each in mailing.resources(QUEUE)}
    assert set(wiring.sources_of(mailing)) == set(kit.sources)
    for source in kit.sources.values():
        name = source.url.rpartition("/")[2].replace(kit.stage, "dev")
        made = sqs.get_queue_attributes(QueueUrl=source.url, AttributeNames=["All"])["Attributes"]
        assert int(made["VisibilityTimeout"]) == queues[name]["VisibilityTimeout"]
        assert made.get("FifoQueue", "false") == str(queues[name].get("FifoQueue", False)).lower()
        redrive = json.loads(made["RedrivePolicy"].replace(kit.stage, "dev"))
        assert redrive == queues[name]["RedrivePolicy"]


def test_subscriptions_have_the_filters_of_the_templates(
    kit: MotoWorld, mailing: Templates
) -> None:
    sns = client_factory(REGION, credentials=CREDENTIALS)("sns")
    made = {}
    for each in sns.list_subscriptions()["Subscriptions"]:
        arn = each["SubscriptionArn"]
        found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        policy = json.loads(found["FilterPolicy"])
        made[found["Endpoint"].replace(kit.stage, "dev")] = (policy, found["RawMessageDelivery"])

    assert made == {
        each.properties["Endpoint"]: (each.properties["FilterPolicy"], "true")
        for each in mailing.resources("AWS::SNS::Subscription")
    }
