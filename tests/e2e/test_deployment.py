"""A stage on a real local cloud, by the real CDK: deployment, updates, a rollback and destruction.

The tests build on each other: each finds the state that the one before it left.
"""

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest

from events.contracts.email import DISPATCH_NOTE, RECEIPT
from events.contracts.shipping import DispatchScheduled
from events.order import Order, fold
from functions import names
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
from tests.e2e import failing_release as release
from tests.e2e.cloud_state import changed, code_hashes, consumer_state, remaining, update_times
from tests.e2e.local_cloud import LocalCloud, local_cloud, processes_with, wait_until
from tests.e2e.project_copy import ProjectCopy
from tests.support.summary import Figure

ORDERS = 20
BODY = samples()[0].body
DETAIL = "This text comes from an updated function."
PATIENCE = 2 * release.HIDDEN
"""Seconds to wait for an order, also if a worker with its message was terminated."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with local_cloud() as made:
        yield made


@pytest.fixture(scope="module")
def project(cloud: LocalCloud) -> ProjectCopy:
    return ProjectCopy(cloud.folder / "project")


def dispatched(cloud: LocalCloud, order: str) -> Order:
    """Return an order once it is dispatched."""
    wait_until(
        lambda: cloud.history(order).states(DispatchScheduled), PATIENCE, f"{order} dispatched"
    )
    return fold(cloud.history(order))


def at_rest(cloud: LocalCloud, order: str) -> None:
    """Wait until all consumers have reacted to an order."""
    wait_until(lambda: outstanding(cloud.history(order)) == (), PATIENCE, f"{order} at rest")


def test_every_service_of_the_map_is_deployed(cloud: LocalCloud) -> None:
    parts = {"bus", "checkout", *(consumer.name for consumer in CONSUMERS)}

    assert update_times(cloud.connection).keys() == {
        names.prefixed("local", part) for part in parts
    }
    for service in SERVICES:
        assert cloud.connection.log_group(service.name)


def test_the_checkout_function_invoked_with_the_plain_sample_places_an_order(
    cloud: LocalCloud,
) -> None:
    answer = cloud.connection.client("lambda").invoke(
        FunctionName=cloud.connection.function("checkout"), Payload=SAMPLE.read_bytes()
    )

    assert dispatched(cloud, json.load(answer["Payload"])["id"]).status == "dispatched"


def test_twenty_orders_are_dispatched_each_once(cloud: LocalCloud) -> None:
    before = stock(cloud)

    orders = [place(cloud.api, BODY) for _ in range(ORDERS)]

    assert len(set(orders)) == ORDERS
    for order in orders:
        assert dispatched(cloud, order).status == "dispatched"
        at_rest(cloud, order)
    sold = {line["sku"]: ORDERS * line["quantity"] for line in BODY["lines"]}
    assert stock(cloud) == {sku: left - sold.get(sku, 0) for sku, left in before.items()}


def test_a_receipt_and_a_dispatch_note_were_mailed_for_each_order(cloud: LocalCloud) -> None:
    orders = {record.key for record in cloud.connection.records(SHIPPING, PARCELS).all()}
    for order in orders:
        at_rest(cloud, order)

    mails = Counter(
        mail.message_id for mail in sent_mail(cloud.connection.client("sesv2").meta.endpoint_url)
    )
    for order in orders:
        for slot in (RECEIPT, DISPATCH_NOTE):
            note = cloud.history(order).at(slot)
            assert note is not None
            assert mails[note.data.message_id] == 1


def test_an_update_of_code_changes_one_function_and_no_other(
    cloud: LocalCloud, project: ProjectCopy
) -> None:
    before, stacks = code_hashes(cloud.connection), update_times(cloud.connection)
    known = '"no-such-order", UNKNOWN if request.caller is None else FOREIGN'
    project.change("functions/checkout/orders.py", known, f'"no-such-order", "{DETAIL}"')

    cloud.deploy(project.path)

    answer = cloud.request("GET", "/orders/NOBODYS", str(uuid4()))
    assert (answer.status, answer.json()["detail"]) == (404, DETAIL)
    assert changed(before, code_hashes(cloud.connection)) == {cloud.connection.function("checkout")}
    assert changed(stacks, update_times(cloud.connection)) == {names.prefixed("local", "checkout")}


def test_an_update_of_a_queue_keeps_its_messages(cloud: LocalCloud, project: ProjectCopy) -> None:
    queue, before = cloud.connection.sender(PAYMENT), consumer_state(cloud.connection, "payment")
    set_enabled(cloud.connection, "payment", on=False)
    order = place(cloud.api, BODY)
    wait_until(lambda: queue.waiting() == 1, 30, "it waits")
    project.change("functions/payment/service.py", "timeout=75,", f"timeout={release.TIMEOUT},")
    longest = f"LONGEST_DELAY = {release.LONGEST_DELAY}"
    project.change("functions/runtime/backoff.py", "LONGEST_DELAY = 15 * 60", longest)

    cloud.deploy(project.path)

    after = consumer_state(cloud.connection, "payment")
    assert after["queue"]["VisibilityTimeout"] == str(release.HIDDEN)
    assert after["function"]["Timeout"] == release.TIMEOUT
    assert changed(before, after) == {"function", "queue", "source"}  # paused
    assert queue.waiting() == 1
    set_enabled(cloud.connection, "payment", on=True)
    assert dispatched(cloud, order).status == "dispatched"


def test_the_documented_consumer_is_added_and_receives_events_without_other_changes(
    cloud: LocalCloud, project: ProjectCopy, figure: Figure
) -> None:
    before, stacks = code_hashes(cloud.connection), update_times(cloud.connection)
    name = project.add_documented_consumer()

    cloud.deploy(project.path)

    assert changed(before, code_hashes(cloud.connection)) == {cloud.connection.function(name)}
    assert changed(stacks, update_times(cloud.connection)) == {names.prefixed("local", name)}
    figure("stacks deployed", len(update_times(cloud.connection)))
    order = place(cloud.api, BODY)
    group = {"logGroupName": cloud.connection.log_group(name), "filterPattern": f'"{order}"'}
    wait_until(
        lambda: bool(cloud.connection.client("logs").filter_log_events(**group)["events"]),
        30,
        f"{name} logged {order}",
    )


def test_a_failing_update_is_rolled_back_completely_without_losing_an_order(
    cloud: LocalCloud, project: ProjectCopy, figure: Figure
) -> None:
    before = consumer_state(cloud.connection, release.CONSUMER)
    release.write(project)

    orders: list[str] = []
    shopping = partial(release.ordering, cloud, BODY, orders)
    update = cloud.begin(project.path)
    at_gate = shopping(lambda: update.ended() is not None or release.is_at_gate(cloud))
    wait_until(at_gate, 180, "the release is active")
    assert update.ended() is None
    assert changed(before, consumer_state(cloud.connection, release.CONSUMER)) == set(before)
    failing = shopping(lambda: len(release.failed_orders(cloud)) >= 3)
    wait_until(failing, 60, "the release failed orders")
    release.fail(cloud)
    wait_until(shopping(lambda: update.ended() is not None), 180, "the CDK gave up")

    assert update.ended()
    rolled_back = cloud.connection.client("cloudformation").get_waiter("stack_rollback_complete")
    rolled_back.wait(StackName=release.STACK)
    assert consumer_state(cloud.connection, release.CONSUMER) == before
    ends = [dispatched(cloud, order).status for order in orders]
    lines = ledger(cloud.connection, orders)  # a terminated worker may leave one prepared
    charged = Counter(line.order for line in lines if line.state != "prepared")
    figure("orders placed during a failing update", len(orders))
    failed = release.failed_orders(cloud)
    figure("of them, failed by the bad release", len(failed))
    figure("of them, dispatched in the end", ends.count("dispatched"))
    assert ends == ["dispatched"] * len(orders)
    assert charged == dict.fromkeys(orders, 1)
    assert {line.state for line in lines} <= {"captured", "prepared"}
    assert failed <= set(orders)


def test_a_consumer_without_a_row_is_retired_once_its_queue_is_empty(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ops.stage.connection.connect", lambda _: cloud.connection)
    topic = {queue for queue in queues(cloud) if "greeting" in queue}
    order = place(cloud.api, BODY)

    ended = main(["retire", "greeting", "--json"])

    output = capsys.readouterr()
    stack = names.prefixed("local", "greeting")
    assert (ended, json.loads(output.out)["stack"]) == (ExitCode.DONE, stack), output
    assert "The queue is empty." in output.err
    assert (len(topic), {each for each in queues(cloud) if "greeting" in each}) == (2, set())
    assert stack not in update_times(cloud.connection)
    assert dispatched(cloud, order).status == "dispatched"
    assert main(["retire", "greeting"]) == ExitCode.DONE
    assert main(["retire", "grating"]) == ExitCode.NOT_FOUND
    assert main(["retire", "bus"]) == main(["retire", "payment"]) == ExitCode.REFUSED


def test_destroying_the_stacks_leaves_no_resource(cloud: LocalCloud, figure: Figure) -> None:
    cloud.destroy()

    found = remaining(cloud.connection)
    figure("left in the cloud after destroy", sum(map(len, found.values())))
    assert found == {}


def test_no_process_of_the_local_cloud_outlives_it(cloud: LocalCloud) -> None:
    assert processes_with(cloud.marker) != []

    cloud.process.end()

    wait_until(lambda: processes_with(cloud.marker) == [], 2, "no process")


def stock(cloud: LocalCloud) -> dict[str, int]:
    records = cloud.connection.records(INVENTORY, STOCK).all()
    return {record.key: int(record.values[AVAILABLE]) for record in records}


def queues(cloud: LocalCloud) -> list[str]:
    return list(cloud.connection.client("sqs").list_queues().get("QueueUrls", []))
