"""The budget of the happy path: what each step costs in calls of AWS and in write units."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from events.envelope import Event
from events.order_list import LIST, OWNER
from functions import map as the_map
from functions import names
from functions.checkout.catalogue import CATALOGUE
from functions.checkout.identity import customer_key
from functions.runtime import settings
from functions.runtime.memory.lambda_events import failures
from tests.functions.checkout.conftest import BODY, KEY
from tests.functions.conftest import Calls, Stage
from tests.functions.runtime.aws.test_items import weight
from tests.support.budget import (
    CANCELLED,
    CAPTURED,
    CONFIRMED,
    DISPATCHED,
    PLACED,
    PREPARED,
    RESERVED,
    World,
    order,
    world,
)
from tests.support.builders import ISSUER, message, placed, record, verified

__all__ = ["world"]


def test_a_fact_alone_is_one_put(stage: Stage, calls: Calls) -> None:
    stage.log().append(PLACED)

    assert calls.operations == ["PutItem"]


def test_checkout_is_one_put_of_one_write_unit(world: World) -> None:
    world.invoke("checkout", {"routeKey": "GET /products", "requestContext": {}})
    answer = world.invoke("checkout", order())

    assert answer["statusCode"] == 200
    (call,) = world.calls.made
    assert call.operation == "PutItem"
    assert weight(dict(call.sent["Item"])) <= 1024


def test_the_same_order_again_is_one_call_and_so_is_another_with_its_key(world: World) -> None:
    world.invoke("checkout", order())
    world.invoke("checkout", order())
    again = world.calls.operations
    world.invoke("checkout", order() | {"body": json.dumps(BODY | {"email": "r@example.org"})})

    assert (again, world.calls.operations) == (["PutItem"], ["PutItem"])


def test_looking_at_an_order_is_one_query_and_cancelling_it_one_put_more(world: World) -> None:
    answer = world.invoke("checkout", order())
    of_it = {
        "requestContext": {},
        "headers": {"authorization": f"Bearer {KEY}"},
        "pathParameters": {"id": json.loads(answer["body"])["id"]},
    }
    world.invoke("checkout", of_it | {"routeKey": "GET /orders/{id}"})
    shown = world.calls.operations
    world.invoke("checkout", of_it | {"routeKey": "POST /orders/{id}/cancel"})

    assert (shown, world.calls.operations) == (["Query"], ["Query", "PutItem"])


def test_a_customers_order_is_one_put_of_one_write_unit_up_to_three_lines(world: World) -> None:
    world.issuer = {settings.ISSUER: ISSUER}
    drum = {"name": "Snare drum 14x5.5", "price": 18900, "currency": "EUR"}
    world.stage.put("checkout", CATALOGUE, "DRUM-SNARE", **drum)  # type: ignore[arg-type]  # str or int
    lines = [*BODY["lines"], {"sku": "DRUM-SNARE", "quantity": 1}]
    wanted = BODY | {"lines": lines, "delivery": "express"}
    world.invoke("checkout", {"routeKey": "GET /products", "requestContext": {}})
    answer = world.invoke(
        "checkout",
        order() | {"requestContext": verified("robin"), "body": json.dumps(wanted)},
    )

    assert answer["statusCode"] == 200
    (call,) = world.calls.made
    item = dict(call.sent["Item"])
    assert call.operation == "PutItem"
    assert json.loads(item["data"]["S"])["customer"] == customer_key(ISSUER, "robin")
    assert weight(item) <= 1024


def test_a_page_of_a_customers_list_is_one_query_of_that_table(world: World) -> None:
    world.issuer = {settings.ISSUER: ISSUER}
    answer = world.invoke(
        "checkout",
        {
            "routeKey": "GET /orders",
            "requestContext": verified("robin"),
            "queryStringParameters": {"limit": "100"},
        },
    )

    assert json.loads(answer["body"]) == {"orders": []}
    (call,) = world.calls.made
    assert call.operation == "Query"
    assert call.sent["TableName"] == names.own_table(world.stage.name, OWNER, LIST)
    assert call.sent["ConsistentRead"] is True
    assert call.sent["Limit"] == 101


def test_inventory_is_one_query_and_one_transaction_of_one_write_more_than_lines(
    world: World,
) -> None:
    world.know(PLACED)

    assert world.hear("inventory", PLACED) == ["Query", "TransactWriteItems"]
    assert len(world.calls.made[1].sent["TransactItems"]) == 1 + len(PLACED.data.lines)
    assert len(world.calls.made) == 2


def test_giving_stock_back_is_one_query_and_one_transaction(world: World) -> None:
    world.know(PLACED, RESERVED, CANCELLED)

    assert world.hear("inventory", CANCELLED) == ["Query", "TransactWriteItems"]


def test_voiding_stock_is_one_query_and_one_put(world: World) -> None:
    world.know(PLACED, CANCELLED)

    assert world.hear("inventory", CANCELLED) == ["Query", "PutItem"]


def test_payment_is_one_query_and_two_puts_besides_the_gateways_ledger(world: World) -> None:
    world.know(PLACED)

    assert world.hear("payment", PLACED) == ["Query", "PutItem", "PutItem"]
    assert world.elsewhere == ["PutItem", "GetItem", "PutItem"]


def test_ordering_that_has_to_wait_is_one_query(world: World) -> None:
    world.know(PLACED, PREPARED, CAPTURED)

    assert world.hear("ordering", CAPTURED) == ["Query"]


def test_ordering_that_decides_is_one_query_and_one_put(world: World) -> None:
    world.know(PLACED, PREPARED, CAPTURED, RESERVED)

    assert world.hear("ordering", RESERVED) == ["Query", "PutItem"]
    assert len(world.calls.made) == 2


def test_shipping_is_one_query_and_one_put_besides_the_carriers_parcels(world: World) -> None:
    world.know(PLACED, CONFIRMED)

    assert world.hear("shipping", CONFIRMED) == ["Query", "PutItem"]
    assert world.elsewhere == ["GetItem", "PutItem"]


def test_the_list_is_one_query_and_one_put(world: World) -> None:
    world.know(PLACED, CONFIRMED)

    assert world.hear("orders", CONFIRMED) == ["Query"]
    assert world.elsewhere == ["PutItem"]


def test_a_row_that_is_there_already_is_one_put_in_vain(world: World) -> None:
    world.know(PLACED)
    world.hear("orders", PLACED)
    world.hear("orders", PLACED)

    assert world.calls.operations == ["Query", "PutItem"]
    assert world.lines.outcomes[-1] == "duplicate"


@pytest.mark.parametrize("event", [PLACED, CONFIRMED, CANCELLED], ids=lambda event: event.type)
def test_analytics_is_one_query_and_one_put_of_one_write_unit(
    world: World, event: Event[Any]
) -> None:
    world.know(*{known.id: known for known in (PLACED, event)}.values())

    assert world.hear("analytics", event) == ["Query"]
    assert world.elsewhere == ["PutItem"]
    assert weight(dict(world.calls.made[-1].sent["Item"])) <= 1024


@pytest.mark.parametrize("event", [PLACED, DISPATCHED, CANCELLED], ids=lambda event: event.type)
def test_a_mail_is_one_query_and_one_put_of_one_write_unit(world: World, event: Event[Any]) -> None:
    world.know(*{known.id: known for known in (PLACED, event)}.values())

    assert world.hear("email", event) == ["Query", "PutItem"]
    assert len(world.calls.made) == 2
    assert weight(dict(world.calls.made[1].sent["Item"])) <= 1024


def test_a_message_that_fails_costs_one_call_more(world: World) -> None:
    answer = world.invoke("ordering", {"Records": [message("nonsense"), message("more")]})

    assert len(failures(answer)) == 2
    assert world.calls.operations == ["ChangeMessageVisibilityBatch"]


def test_the_relay_publishes_in_tens_and_touches_no_table(
    world: World, connection: Callable[[str], Any]
) -> None:
    fifo = {"FifoTopic": "true"}
    connection("sns").create_topic(Name=names.topic(world.stage.name), Attributes=fifo)
    events = [placed(order=f"ORDER{number}") for number in range(25)]
    answer = world.invoke(
        "relay", {"Records": [record(event, n) for n, event in enumerate(events)]}
    )

    assert failures(answer) == []
    assert world.calls.operations == ["PublishBatch"] * 3


def test_every_service_is_in_this_budget() -> None:
    counted = {
        "checkout",
        "relay",
        "payment",
        "inventory",
        "ordering",
        "shipping",
        "orders",
        "analytics",
        "email",
    }

    assert {service.name for service in the_map.SERVICES} == counted
