"""`fanfare slow`: the delay of a consumer's queue, and the stages on which it is refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions import names
from functions.map import CONSUMERS
from ops.actions.consumer_stack import SUBSCRIPTION
from ops.actions.slow import slow
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.lookups import consumer_named
from ops.stage.obstacles import obstacles
from ops.stage.queue_delay import delay_of
from tests.ops.conftest import FakeLambda

EMAIL = consumer_named("email")
ANALYTICS = consumer_named("analytics")


def with_queues(connection: Connection) -> Connection:
    """Make all consumers' queues."""
    for consumer in CONSUMERS:
        name = names.queue(connection.stage, consumer.name, ordered=consumer.ordered)
        fifo = {"FifoQueue": "true"} if consumer.ordered else {}
        connection.client("sqs").create_queue(QueueName=name, Attributes=fifo)
    return connection


@pytest.fixture
def shop(here: Connection) -> Connection:
    return with_queues(here)


def made_slow(
    connection: Connection, seconds: float, *, yes: bool = False, **options: Any
) -> ExitCode:
    stage = Options(stage=connection.stage, **options)
    return slow(connection, stage, EMAIL, timedelta(seconds=seconds), yes=yes)


def test_a_slow_consumers_new_messages_wait_and_those_of_others_do_not(shop: Connection) -> None:
    assert (EMAIL.ordered, ANALYTICS.ordered) == (True, False)

    for consumer, seconds in ((EMAIL, 5), (ANALYTICS, 7)):
        slow(shop, Options(), consumer, timedelta(seconds=seconds), yes=False)

    delays = {consumer.name: delay_of(shop, consumer) for consumer in CONSUMERS}
    assert {name: delay for name, delay in delays.items() if delay} == {"email": 5, "analytics": 7}


@pytest.mark.parametrize(
    ("before", "seconds", "output"),
    [
        (0, 5, "email is slow by 5 s: each new message waits that long in its queue, until"),
        (5, 5, "email was already slow by 5 s: each new message"),
        (5, 0, "email is not slow any more."),
        (0, 0, "email was not slow."),
    ],
)
def test_the_result_is_printed(
    shop: Connection, capsys: pytest.CaptureFixture[str], before: int, seconds: int, output: str
) -> None:
    made_slow(shop, before)
    capsys.readouterr()

    assert made_slow(shop, seconds) is ExitCode.DONE

    assert capsys.readouterr().out.startswith(output)
    assert delay_of(shop, EMAIL) == seconds


def test_the_result_names_a_pause(
    shop: Connection, functions: FakeLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    functions.paused.add(shop.function("email"))

    made_slow(shop, 0)

    assert capsys.readouterr().out.endswith("It is paused: `fanfare resume email`.\n")


def test_the_result_as_json(shop: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    made_slow(shop, 5, json=True)

    printed = json.loads(capsys.readouterr().out)
    assert printed == {"consumer": "email", "delay": 5, "changed": True}


@pytest.mark.parametrize("seconds", [0.5, 901, 86_400])
def test_a_delay_that_sqs_does_not_have_is_refused(shop: Connection, seconds: float) -> None:
    with pytest.raises(CommandError, match="whole number of seconds up to 900") as refused:
        made_slow(shop, seconds)

    assert refused.value.code is ExitCode.USAGE
    assert delay_of(shop, EMAIL) == 0


# -- stages in an account --------------------------------------------------------------------------


class FakeStacks:
    """A CloudFormation client with the stack of email."""

    def __init__(self, *, protected: bool) -> None:
        self.protected = protected

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        stack = {"StackId": StackName, "StackStatus": "CREATE_COMPLETE"}
        return {"Stacks": [stack | {"EnableTerminationProtection": self.protected}]}

    def get_template(self, **_: Any) -> dict[str, Any]:
        return {"TemplateBody": {"Resources": {"S": {"Type": SUBSCRIPTION}}}}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"StackResourceSummaries": []}]


@pytest.fixture
def account(stage: Callable[[str], Connection]) -> Callable[..., Connection]:
    """Give a function that makes stage prod, with termination protection or without."""

    def make(*, protected: bool) -> Connection:
        made = with_queues(stage("prod"))
        fakes = {"cloudformation": FakeStacks(protected=protected)}
        return Connection(stage="prod", client=lambda name: fakes.get(name) or made.client(name))

    return make


def test_a_protected_stage_is_refused_even_with_consent(
    account: Callable[..., Connection],
) -> None:
    prod = account(protected=True)

    with pytest.raises(CommandError, match="Stage prod has termination protection") as refused:
        made_slow(prod, 5, yes=True)

    assert refused.value.code is ExitCode.REFUSED
    assert delay_of(prod, EMAIL) == 0


def test_a_delay_may_be_ended_on_a_protected_stage(account: Callable[..., Connection]) -> None:
    prod = account(protected=False)
    made_slow(prod, 5, yes=True)
    prod.client("cloudformation").protected = True

    assert made_slow(prod, 0, yes=True) is ExitCode.DONE

    assert delay_of(prod, EMAIL) == 0


def test_another_stage_needs_consent(account: Callable[..., Connection]) -> None:
    with pytest.raises(CommandError, match="this needs your consent"):
        made_slow(account(protected=False), 5)


# -- where else it is shown ------------------------------------------------------------------------


def test_obstacles_are_pauses_and_delays(shop: Connection, functions: FakeLambda) -> None:
    made_slow(shop, 5)
    slow(shop, Options(), ANALYTICS, timedelta(seconds=7), yes=False)
    functions.paused |= {shop.function("analytics"), shop.function("orders")}

    assert obstacles(shop, CONSUMERS) == {
        "email": "slow by 5 s",
        "analytics": "paused and slow by 7 s",
        "orders": "paused",
    }


def test_a_consumer_that_is_not_deployed_has_no_obstacle(here: Connection) -> None:
    assert obstacles(here, [EMAIL]) == {}
