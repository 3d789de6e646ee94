"""Forged events change nothing, and each is counted."""

import json
from typing import Any

import msgspec
import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.envelope import Event
from functions.framework.service import Consumer
from functions.map import BUS, CONSUMERS
from functions.runtime.memory.lambda_events import failures
from testkit.builders import record
from tests.fuzz import test_queues
from tests.fuzz.events import sample_events
from tests.fuzz.world import World
from tests.iam.walk import journey_of
from tests.support.summary import Figure

SUBSCRIBED = [
    (consumer, on.event.__name__)
    for consumer in CONSUMERS
    for on in sorted(consumer.on, key=lambda on: on.event.__name__)
    if on.history
]
"""Reactions that read the log's own copy; others trust the content of a message."""

EVERY = pytest.mark.parametrize(
    ("consumer", "name"),
    SUBSCRIBED,
    ids=[f"{consumer.name} {name}" for consumer, name in SUBSCRIBED],
)


def counted(output: str) -> set[str]:
    """Return the metrics that a function counted, except the ages of events."""
    metrics = [json.loads(line) for line in output.splitlines() if '"_aws"' in line]
    return {
        metric["Name"]
        for line in metrics
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    } - {"EventAge", "RelayAge"}


def deliver(world: World, consumer: Consumer, event: Event[Any]) -> tuple[list[str], set[str]]:
    """Deliver an event, which must change nothing; return the failed messages and the metrics."""
    before = world.state()
    message = test_queues.record(1, codec.encode(event).decode())
    answer, output = world.call(consumer.name, {"Records": [message]})
    assert world.state() == before
    return failures(answer), counted(output)


@EVERY
def test_an_event_of_an_unknown_order_does_nothing_and_is_counted(
    world: World, consumer: Consumer, name: str
) -> None:
    world.begin()

    assert deliver(world, consumer, sample_events("FORGED", name)[-1]) == ([], {"Forged"})


@pytest.mark.parametrize(
    ("consumer", "name"), [each for each in SUBSCRIBED if each[1] != OrderPlaced.__name__]
)
def test_an_event_that_is_not_in_the_orders_log_does_nothing_and_is_counted(
    world: World, consumer: Consumer, name: str
) -> None:
    placed, event = sample_events("ORDER", name)
    world.begin(placed)

    assert deliver(world, consumer, event) == ([], {"Forged"})


@EVERY
def test_an_event_that_differs_from_the_log_does_nothing_and_is_counted(
    world: World, consumer: Consumer, name: str
) -> None:
    story = sample_events("ORDER", name)
    world.begin(*story)
    forged = msgspec.structs.replace(story[-1], correlationid="another")

    assert deliver(world, consumer, forged) == ([], {"Forged"})


@pytest.mark.parametrize(
    "consumer",
    [consumer for consumer, name in SUBSCRIBED if name == OrderPlaced.__name__],
    ids=lambda consumer: consumer.name,
)
def test_an_order_with_another_amount_does_nothing_and_is_counted(
    world: World, consumer: Consumer
) -> None:
    (placed,) = sample_events("ORDER")
    world.begin(placed)
    total = msgspec.structs.replace(placed.data.total, amount=1)
    cheaper = msgspec.structs.replace(placed.data, total=total)

    forged = msgspec.structs.replace(placed, data=cheaper)
    assert deliver(world, consumer, forged) == ([], {"Forged"})


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.name)
@pytest.mark.parametrize("edit", [{"source": "stranger"}, {"id": "ORDER/payment/refund"}])
def test_an_event_with_a_foreign_source_or_slot_does_nothing_and_is_counted(
    world: World, consumer: Consumer, edit: dict[str, str]
) -> None:
    story = sample_events("ORDER", consumer.subscribed_types[0])
    world.begin(*story)
    forged = msgspec.structs.replace(story[-1], **edit)

    assert deliver(world, consumer, forged) == (["message 1"], {"Undecodable"})


@pytest.mark.parametrize(
    "edit", [{"source": "shipping"}, {"type": "OrderConfirmed", "dataversion": 1}]
)
def test_the_relay_does_not_publish_a_fact_of_a_foreign_source_and_counts_it(
    world: World, edit: dict[str, Any]
) -> None:
    world.begin()
    forged = msgspec.structs.replace(sample_events("ORDER")[0], **edit)
    answer, output = world.call(BUS.name, {"Records": [record(forged, 1)]})

    assert failures(answer) == []
    assert not world.aws.published
    assert len(world.aws.sent) == 1
    assert counted(output) == {"Unpublishable"}


def test_a_consumer_with_a_journey_trusts_no_message(figure: Figure) -> None:
    trusting = {
        f"{consumer.name}: {on.event.__name__}"
        for consumer in CONSUMERS
        for on in consumer.on
        if not on.history
    }
    for reaction in sorted(trusting):
        figure("reactions that trust a message, since their row has no history=True", reaction)

    ours = {each.name for each in CONSUMERS if journey_of(each)}
    assert {each for each in trusting if each.partition(":")[0] in ours} == set()
