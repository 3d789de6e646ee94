"""Budget of ordering: AWS calls of each reaction."""

from tests.support.budget import (
    CAPTURED,
    CONFIRMED,
    PLACED,
    PREPARED,
    RESERVED,
    CountedFunctions,
    check_duplicate,
    functions,
)

__all__ = ["functions"]

WRITE_UNITS = 1
"""Write units of a successful order with one line."""


def test_ordering_that_has_to_wait_is_one_query(functions: CountedFunctions) -> None:
    functions.append(PLACED, PREPARED, CAPTURED)

    assert functions.deliver("ordering", CAPTURED) == ["Query"]


def test_ordering_that_decides_is_one_query_and_one_put(functions: CountedFunctions) -> None:
    functions.append(PLACED, PREPARED, CAPTURED, RESERVED)

    assert functions.deliver("ordering", RESERVED) == ["Query", "PutItem"]
    assert len(functions.calls) == 2


def test_a_duplicate_is_one_call(functions: CountedFunctions) -> None:
    check_duplicate(functions, "ordering", RESERVED, PREPARED, CAPTURED, CONFIRMED)
