"""Budget of payment: AWS calls of each reaction."""

from typing import Any

import pytest

from events.envelope import Event
from tests.support.budget import (
    CAPTURED,
    PLACED,
    PREPARED,
    CountedFunctions,
    check_cancelled_twice,
    check_duplicate,
    functions,
)

__all__ = ["functions"]

WRITE_UNITS = 2
"""Write units of a successful order with one line."""


def test_payment_is_one_query_and_two_puts_besides_the_gateways_ledger(
    functions: CountedFunctions,
) -> None:
    functions.append(PLACED)

    assert functions.deliver("payment", PLACED) == ["Query", "PutItem", "PutItem"]
    assert functions.own_calls == ["PutItem", "GetItem", "PutItem"]


def test_a_duplicate_of_the_order_is_one_call(functions: CountedFunctions) -> None:
    check_duplicate(functions, "payment", PLACED, PREPARED, CAPTURED)


@pytest.mark.parametrize("handled", [(), (PLACED,)], ids=["first", "after the order"])
def test_a_duplicate_of_a_cancellation_is_one_call(
    functions: CountedFunctions, handled: tuple[Event[Any], ...]
) -> None:
    check_cancelled_twice(functions, "payment", *handled)
