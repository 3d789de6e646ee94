"""Budget of shipping: AWS calls of its reaction."""

from tests.support.budget import (
    CONFIRMED,
    DISPATCHED,
    PLACED,
    CountedFunctions,
    check_duplicate,
    functions,
)

__all__ = ["functions"]

WRITE_UNITS = 1
"""Write units of a successful order with one line."""


def test_shipping_is_one_query_and_one_put_besides_the_carriers_parcels(
    functions: CountedFunctions,
) -> None:
    functions.append(PLACED, CONFIRMED)

    assert functions.deliver("shipping", CONFIRMED) == ["Query", "PutItem"]
    assert functions.own_calls == ["GetItem", "PutItem"]


def test_a_duplicate_is_one_call(functions: CountedFunctions) -> None:
    check_duplicate(functions, "shipping", CONFIRMED, DISPATCHED)
