"""Deploy, twenty orders, a changed template, destroy: on a real local cloud, by the real CDK.

The tests follow each other: each finds what the one before it left.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from events.email import DISPATCH_NOTE, RECEIPT
from events.order import Order, fold
from events.shipping import DispatchScheduled
from functions import names
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import CONSUMERS, SERVICES
from functions.shipping.sandbox import PARCELS
from functions.shipping.service import SERVICE as SHIPPING
from ops.inbox import sent
from ops.invoke import SAMPLE
from ops.local.samples import place, samples
from ops.outstanding import outstanding
from tests.rehearsal.world import World, folder, marked, until

ORDERS = 20
BODY = samples()[0].body
MEMORY = 768


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    environ = dict(os.environ)
    with folder() as made_in:
        made = World(made_in)
        yield made
        made.end()
    os.environ.clear()
    os.environ.update(environ)


def dispatched(world: World, order: str) -> Order:
    """Return an order once it is on its way."""
    until(lambda: world.history(order).states(DispatchScheduled), 30, f"{order} dispatched")
    return fold(world.history(order))


def at_rest(world: World, order: str) -> None:
    """Wait until all have reacted to an order, those as well who change its status no more."""
    until(lambda: outstanding(world.history(order)) == (), 30, f"{order} at rest")


def test_every_part_of_the_map_is_deployed(world: World) -> None:
    parts = {"bus", "checkout", *(consumer.name for consumer in CONSUMERS)}

    assert stacks(world) == {names.prefixed("local", part) for part in parts}
    for service in SERVICES:
        assert world.cloud.log_group(service.name)


def test_the_checkout_function_invoked_with_the_plain_sample_places_an_order(world: World) -> None:
    answer = world.cloud.client("lambda").invoke(
        FunctionName=world.cloud.function("checkout"), Payload=SAMPLE.read_bytes()
    )

    assert dispatched(world, json.load(answer["Payload"])["id"]).status == "dispatched"


def test_twenty_orders_are_dispatched_each_once(world: World) -> None:
    before = stock(world)

    orders = [place(world.api, BODY) for _ in range(ORDERS)]

    assert len(set(orders)) == ORDERS
    for order in orders:
        assert dispatched(world, order).status == "dispatched"
        at_rest(world, order)
    sold = {line["sku"]: ORDERS * line["quantity"] for line in BODY["lines"]}
    assert stock(world) == {sku: left - sold.get(sku, 0) for sku, left in before.items()}


def test_each_of_them_was_mailed_its_receipt_and_its_dispatch_note(world: World) -> None:
    orders = {record.key for record in world.cloud.records(SHIPPING, PARCELS).all()}
    for order in orders:
        at_rest(world, order)

    mails = Counter(mail.message_id for mail in sent(world.cloud.client("sesv2").meta.endpoint_url))
    for order in orders:
        for slot in (RECEIPT, DISPATCH_NOTE):
            note = world.history(order).at(slot)
            assert note is not None
            assert mails[note.data.message_id] == 1


def test_an_order_passes_after_a_changed_template_was_deployed(world: World) -> None:
    before = configuration(world, "payment")

    world.deploy(
        world.changed_tree(
            "functions/payment/service.py", 'name="payment",', f'name="payment", memory={MEMORY},'
        )
    )

    after = configuration(world, "payment")
    assert (before["MemorySize"] != MEMORY, after["MemorySize"]) == (True, MEMORY)
    assert dispatched(world, place(world.api, BODY)).status == "dispatched"


def test_nothing_is_left_of_the_stacks_once_they_are_destroyed(world: World) -> None:
    world.destroy()

    client = world.cloud.client
    assert stacks(world) == set()
    assert client("lambda").list_functions()["Functions"] == []
    assert client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    assert client("sqs").list_queues().get("QueueUrls", []) == []
    assert client("sns").list_topics()["Topics"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("apigatewayv2").get_apis()["Items"] == []


def test_no_process_is_left_of_the_local_cloud_once_it_ended(world: World) -> None:
    assert marked(world.marker) != []

    world.end()

    until(lambda: marked(world.marker) == [], 2, "no process")


def stock(world: World) -> dict[str, int]:
    records = world.cloud.records(INVENTORY, STOCK).all()
    return {record.key: int(record.values[AVAILABLE]) for record in records}


def configuration(world: World, service: str) -> dict[str, Any]:
    name = world.cloud.function(service)
    return dict(world.cloud.client("lambda").get_function_configuration(FunctionName=name))


def stacks(world: World) -> set[str]:
    found = world.cloud.client("cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"] for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"}
