"""Budget of the list: AWS calls of its reactions."""

from tests.support.budget import CONFIRMED, PLACED, CountedFunctions, functions

__all__ = ["functions"]

WRITE_UNITS = 5
"""Write units of a successful order with one line."""


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
