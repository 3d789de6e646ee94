"""Budget of the relay: its calls of the topic."""

from collections.abc import Callable
from typing import Any

from functions import names
from functions.runtime.memory.lambda_events import batch, failures
from testkit.builders import placed, record
from tests.support.budget import CountedFunctions, functions

__all__ = ["functions"]


def test_the_relay_publishes_in_tens_and_touches_no_table(
    functions: CountedFunctions, connection: Callable[[str], Any]
) -> None:
    fifo = {"FifoTopic": "true"}
    connection("sns").create_topic(Name=names.topic(functions.stage.name), Attributes=fifo)
    events = [placed(order=f"ORDER{number}") for number in range(25)]
    answer = functions.invoke("relay", batch(*map(record, events, range(25))))

    assert failures(answer) == []
    assert functions.calls.operations == ["PublishBatch"] * 3
