"""Declarations of services, and the invalid ones."""

from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from functions.framework.reaction import On
from functions.framework.routes import Route
from functions.framework.service import Consumer


def nothing(*_: object) -> None:
    return None


ON = On(event=OrderPlaced, react=nothing)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"on": ()}, "at least one"),
        ({"on": (ON, ON)}, "at least one event type"),
        ({"concurrency": 1}, "concurrency must be 2 to 1000, not 1"),
        ({"concurrency": 1001}, "concurrency must be 2 to 1000, not 1001"),
        ({"batch": 0}, "batch must be 1 to 10, not 0"),
        ({"batch": 11}, "batch must be 1 to 10, not 11"),
        ({"on": (On(event=OrderPlaced, react=nothing, outside=True),)}, "needs an adapter"),
    ],
)
def test_an_invalid_consumer_is_refused_with_its_name(
    declared: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        Consumer(**({"name": "gifts", "on": (ON,)} | declared))

    assert str(refused.value).startswith("gifts: ")


@pytest.mark.parametrize(
    "name", ["order-mail", "order_mail", "Mail", "2mail", "", "bus", "runtime"]
)
def test_a_name_that_is_not_valid_for_folder_function_and_stack_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a valid service name"):
        Consumer(name=name, on=(ON,))


def test_a_consumer_subscribes_to_the_types_that_it_reacts_to() -> None:
    consumer = Consumer(name="gifts", on=(ON, On(event=OrderCancelled, react=nothing)))

    assert consumer.subscribed_types == ("OrderCancelled", "OrderPlaced")
    assert consumer.reaction_to("OrderPlaced") is ON
    assert consumer.reaction_to("OrderConfirmed") is None


def test_the_visibility_timeout_is_six_times_the_functions_timeout() -> None:
    assert Consumer(name="gifts", on=(ON,), timeout=20).visibility == 120


def test_the_key_of_a_route_is_its_name_in_the_http_api() -> None:
    route = Route(method="GET", path="/orders/{id}", endpoint="show", rate=1, burst=1)

    assert route.key == "GET /orders/{id}"
