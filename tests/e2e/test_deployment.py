"""The life of a stage on a real local cloud, by the real CDK: from its first deployment, through
updates good and bad, to its end.

The tests follow each other: each finds what the one before it left.
"""

import json
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from events.contracts.email import DISPATCH_NOTE, RECEIPT
from events.contracts.shipping import DispatchScheduled
from events.order import Order, fold
from functions import names
from functions.framework.service import VISIBILITY_FACTOR
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import CONSUMERS, SERVICES
from functions.payment.service import SERVICE as PAYMENT
from functions.shipping.sandbox import PARCELS
from functions.shipping.service import SERVICE as SHIPPING
from ops.cli.errors import ExitCode
from ops.local.samples import place, samples
from ops.local.summary import ledger
from ops.main import main
from ops.paths import SAMPLE
from ops.stage.event_sources import set_enabled
from ops.stage.sent_mail import sent_mail
from ops.views.outstanding import outstanding
from tests.e2e import release
from tests.e2e.asking import ask
from tests.e2e.standing import changed, codes, left, standing, updates
from tests.e2e.tree import Tree
from tests.e2e.world import World, folder, marked, until
from tests.support.summary import Figure

ORDERS = 20
BODY = samples()[0].body
SAID = "Nobody here has ever heard of that order."
PATIENCE = 2 * VISIBILITY_FACTOR * release.TIMEOUT
"""Seconds: what a worker held that was ended midway is seen again after half of them."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with folder() as made_in:
        made = World(made_in)
        yield made
        made.end()


@pytest.fixture(scope="module")
def tree(world: World) -> Tree:
    return world.tree()


def dispatched(world: World, order: str) -> Order:
    """Return an order once it is on its way."""
    until(lambda: world.history(order).states(DispatchScheduled), PATIENCE, f"{order} dispatched")
    return fold(world.history(order))


def at_rest(world: World, order: str) -> None:
    """Wait until all have reacted to an order, those as well who change its status no more."""
    until(lambda: outstanding(world.history(order)) == (), PATIENCE, f"{order} at rest")


def test_every_part_of_the_map_is_deployed(world: World) -> None:
    parts = {"bus", "checkout", *(consumer.name for consumer in CONSUMERS)}

    assert updates(world.connection).keys() == {names.prefixed("local", part) for part in parts}
    for service in SERVICES:
        assert world.connection.log_group(service.name)


def test_the_checkout_function_invoked_with_the_plain_sample_places_an_order(world: World) -> None:
    answer = world.connection.client("lambda").invoke(
        FunctionName=world.connection.function("checkout"), Payload=SAMPLE.read_bytes()
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
    orders = {record.key for record in world.connection.records(SHIPPING, PARCELS).all()}
    for order in orders:
        at_rest(world, order)

    mails = Counter(
        mail.message_id for mail in sent_mail(world.connection.client("sesv2").meta.endpoint_url)
    )
    for order in orders:
        for slot in (RECEIPT, DISPATCH_NOTE):
            note = world.history(order).at(slot)
            assert note is not None
            assert mails[note.data.message_id] == 1


def test_an_update_of_code_changes_what_one_function_says_and_no_other_function(
    world: World, tree: Tree
) -> None:
    before, stacks = codes(world.connection), updates(world.connection)
    known = '"no-such-order", UNKNOWN if request.caller is None else FOREIGN'
    tree.change("functions/checkout/orders.py", known, f'"no-such-order", "{SAID}"')

    world.deploy(tree.path)

    answer = ask("GET", f"{world.api}/orders/NOBODYS", token=str(uuid4()))
    assert (answer.status, answer.body["detail"]) == (404, SAID)
    assert changed(before, codes(world.connection)) == {world.connection.function("checkout")}
    assert changed(stacks, updates(world.connection)) == {names.prefixed("local", "checkout")}


def test_an_update_of_a_queue_keeps_what_waits_in_it(world: World, tree: Tree) -> None:
    queue, before = world.connection.sender(PAYMENT), standing(world.connection, "payment")
    set_enabled(world.connection, "payment", on=False)
    order = place(world.api, BODY)
    until(lambda: queue.waiting() == 1, 30, "it waits")
    tree.change("functions/payment/service.py", "timeout=75,", f"timeout={release.TIMEOUT},")

    world.deploy(tree.path)

    after = standing(world.connection, "payment")
    assert after["queue"]["VisibilityTimeout"] == str(VISIBILITY_FACTOR * release.TIMEOUT)
    assert after["function"]["Timeout"] == release.TIMEOUT
    assert changed(before, after) == {"function", "queue", "source"}  # paused
    assert queue.waiting() == 1
    set_enabled(world.connection, "payment", on=True)
    assert dispatched(world, order).status == "dispatched"


def test_the_manuals_consumer_is_added_and_hears_while_nobody_else_is_touched(
    world: World, tree: Tree, figure: Figure
) -> None:
    before, stacks = codes(world.connection), updates(world.connection)
    name = tree.add_the_manuals_consumer()

    world.deploy(tree.path)

    assert changed(before, codes(world.connection)) == {world.connection.function(name)}
    assert changed(stacks, updates(world.connection)) == {names.prefixed("local", name)}
    figure("stacks deployed", len(updates(world.connection)))
    order = place(world.api, BODY)
    group = {"logGroupName": world.connection.log_group(name), "filterPattern": f'"{order}"'}
    until(
        lambda: bool(world.connection.client("logs").filter_log_events(**group)["events"]),
        30,
        f"{name} heard of {order}",
    )


def test_a_failing_update_goes_back_whole_and_no_order_in_flight_is_lost(
    world: World, tree: Tree, figure: Figure
) -> None:
    before = standing(world.connection, release.CONSUMER)
    failures = release.Failures(world)
    release.write(tree)

    with release.customers(world, BODY) as orders:
        update = world.begin(tree.path)
        until(lambda: release.at_the_gate(world), 180, "the release is in force")
        assert changed(before, standing(world.connection, release.CONSUMER)) == set(before)
        until(lambda: failures.count() >= 3, 60, "the release met orders")
        release.unwell(world)
        until(lambda: update.ended() is not None, 180, "the CDK gave up")

    assert update.ended()
    assert release.status(world) == "UPDATE_ROLLBACK_COMPLETE"
    assert standing(world.connection, release.CONSUMER) == before
    ends = [dispatched(world, order).status for order in orders]
    lines = ledger(world.connection, orders)  # a worker that was ended midway left one prepared
    charged = Counter(line.order for line in lines if line.state != "prepared")
    figure("orders placed during a failing update", len(orders))
    figure("of them, met by the bad release", failures.count())
    figure("of them, dispatched in the end", ends.count("dispatched"))
    assert ends == ["dispatched"] * len(orders)
    assert charged == dict.fromkeys(orders, 1)
    assert {line.state for line in lines} <= {"captured", "prepared"}
    assert failures.orders <= set(orders)


def test_a_consumer_without_a_row_is_retired_once_its_queue_is_empty(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ops.stage.connection.connect", lambda _: world.connection)
    topic = {queue for queue in queues(world) if "greeting" in queue}
    order = place(world.api, BODY)

    ended = main(["retire", "greeting", "--json"])

    said = capsys.readouterr()
    stack = names.prefixed("local", "greeting")
    assert (ended, json.loads(said.out)["stack"]) == (ExitCode.DONE, stack), said
    assert "The queue is empty." in said.err
    assert (len(topic), {each for each in queues(world) if "greeting" in each}) == (2, set())
    assert stack not in updates(world.connection)
    assert dispatched(world, order).status == "dispatched"
    assert main(["retire", "greeting"]) == ExitCode.DONE
    assert main(["retire", "grating"]) == ExitCode.NOT_FOUND
    assert main(["retire", "bus"]) == main(["retire", "payment"]) == ExitCode.REFUSED


def test_nothing_is_left_of_the_stacks_once_they_are_destroyed(
    world: World, figure: Figure
) -> None:
    world.destroy()

    found = left(world.connection)
    figure("left in the cloud after destroy", sum(map(len, found.values())))
    assert found == {}


def test_no_process_is_left_of_the_local_cloud_once_it_ended(world: World) -> None:
    assert marked(world.marker) != []

    world.end()

    until(lambda: marked(world.marker) == [], 2, "no process")


def stock(world: World) -> dict[str, int]:
    records = world.connection.records(INVENTORY, STOCK).all()
    return {record.key: int(record.values[AVAILABLE]) for record in records}


def queues(world: World) -> list[str]:
    return list(world.connection.client("sqs").list_queues().get("QueueUrls", []))
