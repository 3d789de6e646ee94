"""Forged events: nothing comes of them, and each is counted."""

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
from tests.fuzz import test_queues
from tests.fuzz.events import told
from tests.fuzz.world import World
from tests.support.lambdas import record

HEARD = [(consumer, name) for consumer in CONSUMERS for name in consumer.subscribed_types]
EVERY = pytest.mark.parametrize(
    ("consumer", "name"), HEARD, ids=[f"{consumer.name} {name}" for consumer, name in HEARD]
)


def counted(said: str) -> set[str]:
    """Return the metrics that a function counted, besides the ages of events."""
    metrics = [json.loads(line) for line in said.splitlines() if '"_aws"' in line]
    return {
        metric["Name"]
        for line in metrics
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    } - {"EventAge", "RelayAge"}


def hear(world: World, consumer: Consumer, event: Event[Any]) -> tuple[list[str], set[str]]:
    """Deliver an event; return what comes again, and what was counted. It must change nothing."""
    before = world.state()
    message = test_queues.record(1, codec.encode(event).decode())
    answer, said = world.call(consumer.name, {"Records": [message]})
    assert world.state() == before
    return failures(answer), counted(said)


@EVERY
def test_an_event_of_an_order_that_nobody_placed_does_nothing_and_is_counted(
    world: World, consumer: Consumer, name: str
) -> None:
    world.begin()

    assert hear(world, consumer, told("FORGED", name)[-1]) == ([], {"Forged"})


@pytest.mark.parametrize(
    ("consumer", "name"), [each for each in HEARD if each[1] != OrderPlaced.__name__]
)
def test_an_event_that_did_not_happen_to_an_order_does_nothing_and_is_counted(
    world: World, consumer: Consumer, name: str
) -> None:
    placed, event = told("ORDER", name)
    world.begin(placed)

    assert hear(world, consumer, event) == ([], {"Forged"})


@EVERY
def test_an_event_that_says_more_or_less_than_the_log_does_nothing_and_is_counted(
    world: World, consumer: Consumer, name: str
) -> None:
    story = told("ORDER", name)
    world.begin(*story)
    forged = msgspec.structs.replace(story[-1], correlationid="another")

    assert hear(world, consumer, forged) == ([], {"Forged"})


@pytest.mark.parametrize(
    "consumer",
    [consumer for consumer, name in HEARD if name == OrderPlaced.__name__],
    ids=lambda consumer: consumer.name,
)
def test_an_order_of_another_amount_does_nothing_and_is_counted(
    world: World, consumer: Consumer
) -> None:
    (placed,) = told("ORDER")
    world.begin(placed)
    total = msgspec.structs.replace(placed.data.total, amount=1)
    cheaper = msgspec.structs.replace(placed.data, total=total)

    forged = msgspec.structs.replace(placed, data=cheaper)
    assert hear(world, consumer, forged) == ([], {"Forged"})


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.name)
@pytest.mark.parametrize("edit", [{"source": "stranger"}, {"id": "ORDER/payment/refund"}])
def test_a_type_from_a_stranger_or_in_a_foreign_slot_does_nothing_and_is_counted(
    world: World, consumer: Consumer, edit: dict[str, str]
) -> None:
    story = told("ORDER", consumer.subscribed_types[0])
    world.begin(*story)
    forged = msgspec.structs.replace(story[-1], **edit)

    assert hear(world, consumer, forged) == (["message 1"], {"Undecodable"})


@pytest.mark.parametrize(
    "edit", [{"source": "shipping"}, {"type": "OrderConfirmed", "dataversion": 1}]
)
def test_the_relay_does_not_publish_what_is_not_its_owners_and_counts_it(
    world: World, edit: dict[str, Any]
) -> None:
    world.begin()
    forged = msgspec.structs.replace(told("ORDER")[0], **edit)
    answer, said = world.call(BUS.name, {"Records": [record(forged, 1)]})

    assert failures(answer) == []
    assert not world.aws.published
    assert len(world.aws.noted) == 1
    assert counted(said) == {"Unpublishable"}


def test_every_reaction_goes_by_the_logs_own_copy() -> None:
    for consumer, name in HEARD:
        on = consumer.reaction_to(name)
        assert on is not None
        assert on.history, f"{consumer.name} believes what a message says of {name}"
