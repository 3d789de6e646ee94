"""Declarations of services, and the invalid ones."""

from dataclasses import replace
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Fact
from functions.framework.api import distinct
from functions.framework.chore import Chore
from functions.framework.reaction import On
from functions.framework.routes import Route
from functions.framework.service import Adapter, Consumer, Projection
from functions.framework.table import Table


def nothing(*_: object) -> None:
    return None


ON = On(event=OrderPlaced, react=nothing)
ACTS = On(event=OrderPlaced, react=nothing, outside=True, history=True)
FAKE = Adapter(name="fake", build=lambda _: None)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"package": "acme.gifts"}, "'acme.gifts' is not a valid package: .* package='stamps'"),
        ({"package": ""}, "'' is not a valid package"),
        ({"on": ()}, "at least one"),
        ({"on": (ON, ON)}, "at least one event type"),
        ({"concurrency": 1}, "concurrency must be 2 to 1000, not 1"),
        ({"concurrency": 1001}, "concurrency must be 2 to 1000, not 1001"),
        ({"batch": 0}, "batch must be 1 to 10, not 0"),
        ({"batch": 11}, "batch must be 1 to 10, not 11"),
        ({"on": (ACTS,)}, "needs an adapter"),
        ({"adapters": (FAKE,)}, "needs such a reaction"),
        ({"effects": {"send": "order"}}, "it has no adapter"),
        ({"on": (ACTS,), "adapters": (FAKE,), "replayable": True}, "would repeat what it does"),
        (
            {"on": (On(event=OrderPlaced, react=nothing, outside=True),), "adapters": (FAKE,)},
            "needs history=True",
        ),
        ({"on": (ACTS,), "adapters": (FAKE, FAKE)}, "two adapters have the same name"),
        (
            {"on": (ACTS,), "adapters": (replace(FAKE, secret=True, library="gifts"),)},
            "its first adapter, 'fake', needs a secret, a library, .* put a fake before it",
        ),
        (
            {"on": (On(event=OrderPlaced, react=nothing, states=(OrderConfirmed,)),)},
            "may not state OrderConfirmed, which only ordering may; .* events.contracts.ordering",
        ),
        (
            {"projection": Projection(table="gifts", fold=nothing)},
            "its projection needs a table 'gifts' with a sort key",
        ),
        (
            {"chore": Chore(every=5, run=lambda *_: (), states=(OrderConfirmed,))},
            "may not state OrderConfirmed",
        ),
    ],
)
def test_an_invalid_consumer_is_refused_with_its_name(
    declared: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        Consumer(**({"name": "gifts", "on": (ON,)} | declared))

    assert str(refused.value).startswith("gifts: ")


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"access": frozenset()}, "name its access"),
        ({"access": frozenset({"put", "page"})}, "page needs a sort key"),
        ({"access": frozenset({"listed", "remove"})}, "listed, remove needs a sort key"),
        ({"access": frozenset({"list"}), "sort": "id"}, "list needs a table without a sort key"),
        ({"access": frozenset({"put"}), "index": "open"}, "an index needs a sort key"),
        ({"access": frozenset({"listed"}), "sort": "id"}, "listed needs an index"),
        (
            {"access": frozenset({"put"}), "sort": "id", "index": "n"},
            "index 'n' must have 3 to 255 letters",
        ),
    ],
)
def test_a_table_without_what_its_access_needs_is_refused(
    declared: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^table gifts: {reason}"):
        Table(**({"name": "gifts", "key": "order"} | declared))


class NobodyPublishes(Fact, frozen=True):
    pass


NOT_PUBLISHED = (
    r"^{} is not a published event type: subscribe to a class of events/contracts/ that CONTRACTS"
    r" in events/codec\.py names$"
)


@pytest.mark.parametrize("field", ["event", "states", "spared_by"])
def test_a_type_that_is_not_published_is_refused_with_the_file_to_change(field: str) -> None:
    given: dict[str, Any] = {"event": OrderPlaced} | {
        field: NobodyPublishes if field == "event" else (NobodyPublishes,)
    }

    with pytest.raises(ValueError, match=NOT_PUBLISHED.format("NobodyPublishes")):
        On(react=nothing, **given)


def test_what_is_no_class_is_no_published_type() -> None:
    given: Any = ("OrderPlaced",)

    with pytest.raises(ValueError, match=NOT_PUBLISHED.format("'OrderPlaced'")):
        On(event=OrderPlaced, react=nothing, states=given)


def test_two_rows_of_one_name_are_refused() -> None:
    row = Consumer(name="gifts", on=(ON,))

    with pytest.raises(ValueError, match=r"two rows of functions/map\.py have the name 'gifts'"):
        distinct(row, row)


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


def test_the_key_of_a_route_is_its_name_in_the_http_api() -> None:
    route = Route(method="GET", path="/orders/{id}", endpoint="show", rate=1, burst=1)

    assert route.key == "GET /orders/{id}"
