"""Budget of analytics: AWS calls and write units of its reactions."""

from typing import Any

import pytest

from events.envelope import Event
from tests.functions.runtime.aws.test_items import weight
from tests.support.budget import CANCELLED, CONFIRMED, PLACED, CountedFunctions, functions

__all__ = ["functions"]

WRITE_UNITS = 2
"""Write units of a successful order with one line."""


@pytest.mark.parametrize("event", [PLACED, CONFIRMED, CANCELLED], ids=lambda event: event.type)
def test_analytics_is_one_query_and_one_put_of_one_write_unit(
    functions: CountedFunctions, event: Event[Any]
) -> None:
    functions.append(*{known.id: known for known in (PLACED, event)}.values())

    assert functions.deliver("analytics", event) == ["Query"]
    assert functions.own_calls == ["PutItem"]
    assert weight(dict(functions.calls[-1].sent["Item"])) <= 1024
