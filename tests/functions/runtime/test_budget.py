"""The budget of the happy path: AWS calls and write units of each step."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from events.contracts.checkout import Line
from events.envelope import Event
from events.order_list import LIST, OWNER
from functions import names
from functions.framework.customer import customer_key
from functions.map import SERVICES
from functions.runtime import settings
from functions.runtime.memory.lambda_events import batch, failures, http_request
from testkit.builders import ISSUER, message, placed, record, verified
from testkit.customer import BODY
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
    CountedFunctions,
    functions,
)

__all__ = ["functions"]


def test_a_fact_alone_is_one_put(stage: Stage, calls: Calls) -> None:
    stage.log().append(PLACED)

    assert calls.operations == ["PutItem"]


def test_checkout_is_one_put_of_one_write_unit(functions: CountedFunctions) -> None:
    functions.customer.request("GET /products")
    answer = functions.customer.place()

    assert answer.status == 200
    (call,) = functions.calls
    assert call.operation == "PutItem"
    assert weight(dict(call.sent["Item"])) <= 1024


def test_a_repeated_order_and_another_order_with_its_key_are_one_call_each(
    functions: CountedFunctions,
) -> None:
    functions.customer.place()
    functions.customer.place()
    again = functions.calls.operations
    functions.customer.place(BODY | {"email": "r@example.org"})

    assert (again, functions.calls.operations) == (["PutItem"], ["PutItem"])


def test_showing_an_order_is_one_query_and_cancelling_it_one_put_more(
    functions: CountedFunctions,
) -> None:
    order = functions.customer.place().body["id"]
    functions.customer.show(order)
    shown = functions.calls.operations
    functions.customer.cancel(order)

    assert (shown, functions.calls.operations) == (["Query"], ["Query", "PutItem"])


def test_a_customers_order_is_one_put_of_one_write_unit_up_to_three_lines(
    functions: CountedFunctions,
) -> None:
    functions.issuer = {settings.ISSUER: ISSUER}
    functions.customer.context = verified("robin")
    functions.sell(Line(sku="DRUM-SNARE", name="Snare drum 14x5.5", quantity=1, unit_price=18900))
    lines = [*BODY["lines"], {"sku": "DRUM-SNARE", "quantity": 1}]
    functions.customer.request("GET /products")
    answer = functions.customer.place(BODY | {"lines": lines, "delivery": "express"})

    assert answer.status == 200
    (call,) = functions.calls
    item = dict(call.sent["Item"])
    assert call.operation == "PutItem"
    assert json.loads(item["data"]["S"])["customer"] == customer_key(ISSUER, "robin")
    assert weight(item) <= 1024


def test_a_page_of_a_customers_list_is_one_query_of_that_table(functions: CountedFunctions) -> None:
    functions.issuer = {settings.ISSUER: ISSUER}
    answer = functions.invoke(
        "checkout",
        http_request(
            "GET /orders",
            requestContext=verified("robin"),
            queryStringParameters={"limit": "100"},
        ),
    )

    assert json.loads(answer["body"]) == {"orders": []}
    (call,) = functions.calls
    assert call.operation == "Query"
    assert call.sent["TableName"] == names.own_table(functions.stage.name, OWNER, LIST)
    assert call.sent["ConsistentRead"] is True
    assert call.sent["Limit"] == 101


def test_inventory_is_one_query_and_one_transaction_of_one_write_more_than_lines(
    functions: CountedFunctions,
) -> None:
    functions.append(PLACED)

    assert functions.deliver("inventory", PLACED) == ["Query", "TransactWriteItems"]
    assert len(functions.calls[1].sent["TransactItems"]) == 1 + len(PLACED.data.lines)
    assert len(functions.calls) == 2


def test_releasing_stock_is_one_query_and_one_transaction(functions: CountedFunctions) -> None:
    functions.append(PLACED, RESERVED, CANCELLED)

    assert functions.deliver("inventory", CANCELLED) == ["Query", "TransactWriteItems"]


def test_voiding_stock_is_one_query_and_one_put(functions: CountedFunctions) -> None:
    functions.append(PLACED, CANCELLED)

    assert functions.deliver("inventory", CANCELLED) == ["Query", "PutItem"]


def test_payment_is_one_query_and_two_puts_besides_the_gateways_ledger(
    functions: CountedFunctions,
) -> None:
    functions.append(PLACED)

    assert functions.deliver("payment", PLACED) == ["Query", "PutItem", "PutItem"]
    assert functions.own_calls == ["PutItem", "GetItem", "PutItem"]


def test_ordering_that_has_to_wait_is_one_query(functions: CountedFunctions) -> None:
    functions.append(PLACED, PREPARED, CAPTURED)

    assert functions.deliver("ordering", CAPTURED) == ["Query"]


def test_ordering_that_decides_is_one_query_and_one_put(functions: CountedFunctions) -> None:
    functions.append(PLACED, PREPARED, CAPTURED, RESERVED)

    assert functions.deliver("ordering", RESERVED) == ["Query", "PutItem"]
    assert len(functions.calls) == 2


def test_shipping_is_one_query_and_one_put_besides_the_carriers_parcels(
    functions: CountedFunctions,
) -> None:
    functions.append(PLACED, CONFIRMED)

    assert functions.deliver("shipping", CONFIRMED) == ["Query", "PutItem"]
    assert functions.own_calls == ["GetItem", "PutItem"]


def test_the_list_is_one_query_and_one_put(functions: CountedFunctions) -> None:
    functions.append(PLACED, CONFIRMED)

    assert functions.deliver("orders", CONFIRMED) == ["Query"]
    assert functions.own_calls == ["PutItem"]


def test_a_row_that_exists_already_is_one_refused_put(functions: CountedFunctions) -> None:
    functions.append(PLACED)
    functions.deliver("orders", PLACED)
    functions.deliver("orders", PLACED)

    assert functions.calls.operations == ["Query", "PutItem"]
    assert functions.observer.outcomes[-1] == "duplicate"


@pytest.mark.parametrize("event", [PLACED, CONFIRMED, CANCELLED], ids=lambda event: event.type)
def test_analytics_is_one_query_and_one_put_of_one_write_unit(
    functions: CountedFunctions, event: Event[Any]
) -> None:
    functions.append(*{known.id: known for known in (PLACED, event)}.values())

    assert functions.deliver("analytics", event) == ["Query"]
    assert functions.own_calls == ["PutItem"]
    assert weight(dict(functions.calls[-1].sent["Item"])) <= 1024


@pytest.mark.parametrize("event", [PLACED, DISPATCHED, CANCELLED], ids=lambda event: event.type)
def test_a_mail_is_one_query_and_one_put_of_one_write_unit(
    functions: CountedFunctions, event: Event[Any]
) -> None:
    functions.append(*{known.id: known for known in (PLACED, event)}.values())

    assert functions.deliver("email", event) == ["Query", "PutItem"]
    assert len(functions.calls) == 2
    assert weight(dict(functions.calls[1].sent["Item"])) <= 1024


def test_failed_messages_are_hidden_with_one_call(functions: CountedFunctions) -> None:
    answer = functions.invoke("ordering", batch(message("nonsense"), message("more")))

    assert len(failures(answer)) == 2
    assert functions.calls.operations == ["ChangeMessageVisibilityBatch"]


def test_the_relay_publishes_in_tens_and_touches_no_table(
    functions: CountedFunctions, connection: Callable[[str], Any]
) -> None:
    fifo = {"FifoTopic": "true"}
    connection("sns").create_topic(Name=names.topic(functions.stage.name), Attributes=fifo)
    events = [placed(order=f"ORDER{number}") for number in range(25)]
    answer = functions.invoke("relay", batch(*map(record, events, range(25))))

    assert failures(answer) == []
    assert functions.calls.operations == ["PublishBatch"] * 3


def test_the_budget_covers_every_service() -> None:
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

    assert {service.name for service in SERVICES} == counted
