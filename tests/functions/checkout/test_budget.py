"""Budget of checkout: AWS calls and write units of each request."""

import json

from events.contracts.checkout import Line
from events.order_list import LIST, OWNER
from functions import names
from functions.framework.customer import customer_key
from functions.runtime import settings
from functions.runtime.memory.lambda_events import http_request
from testkit import products
from testkit.builders import ISSUER, verified
from testkit.customer import BODY
from tests.functions.runtime.aws.test_items import weight
from tests.support.budget import CountedFunctions, functions

__all__ = ["functions"]

WRITE_UNITS = 1
"""Write units of a successful order with one line."""


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
    drum = Line(sku="DRUM-SNARE", name="Snare drum 14x5.5", quantity=1, unit_price=18900)
    products.offer(functions.stage.records, drum)
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
