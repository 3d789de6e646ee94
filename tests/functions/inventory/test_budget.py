"""Budget of inventory: AWS calls of each reaction."""

from typing import Any

import pytest

from events.contracts.inventory import StockRejected
from events.envelope import Event
from testkit.builders import then
from tests.support.budget import (
    CANCELLED,
    PLACED,
    RESERVED,
    CountedFunctions,
    check_cancelled_twice,
    check_duplicate,
    functions,
)

__all__ = ["functions"]

WRITE_UNITS = 4
"""Write units of a successful order with one line."""


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


@pytest.mark.parametrize("answer", [RESERVED, then(PLACED, StockRejected(skus=("DRUM",)))])
def test_a_duplicate_of_the_order_is_one_call(
    functions: CountedFunctions, answer: Event[Any]
) -> None:
    check_duplicate(functions, "inventory", PLACED, answer)


@pytest.mark.parametrize("handled", [(), (PLACED,)], ids=["first", "after the order"])
def test_a_duplicate_of_a_cancellation_is_one_call(
    functions: CountedFunctions, handled: tuple[Event[Any], ...]
) -> None:
    check_cancelled_twice(functions, "inventory", *handled)
