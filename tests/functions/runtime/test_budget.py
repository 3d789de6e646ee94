"""The budget of any consumer, by its row: the AWS calls of each reaction.

Exact budgets are in the test folders of the services, in test_budget.py.
"""

from collections import Counter
from typing import Any

import pytest

from events.envelope import Event
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime.memory.lambda_events import batch, failures
from testkit.builders import message
from tests.functions.conftest import Calls, Stage
from tests.support.budget import PLACED, CountedFunctions, functions
from tests.support.order_histories import subscribed_events

__all__ = ["functions"]


def test_a_fact_alone_is_one_put(stage: Stage, calls: Calls) -> None:
    stage.log().append(PLACED)

    assert calls.operations == ["PutItem"]


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.name)
def test_a_reaction_makes_only_the_calls_of_its_row(
    functions: CountedFunctions, consumer: Consumer
) -> None:
    for event, known in subscribed_events(consumer):
        functions.append(*known)
        spent = Counter(functions.deliver(consumer.name, event))
        rows = functions.rows_written(consumer)
        check_budget(consumer, event, spent, rows)


def check_budget(
    consumer: Consumer, event: Event[Any], log: Counter[str], rows: Counter[str]
) -> None:
    """Fail unless the calls are one query, a write for each fact, and a put for each row."""
    on = consumer.reaction_to(event.type)
    assert on is not None
    most = Counter({"Query": 1, "PutItem": len(on.states), "TransactWriteItems": len(on.states)})
    facts = log["PutItem"] + log["TransactWriteItems"]
    where = f"{consumer.name}, reaction to {event.type}, in {consumer.code_package}.service"

    assert log <= most, f"{where}: {dict(log)} of the log; allowed are {dict(most)}"
    assert facts <= len(on.states), f"{where}: {facts} facts written, {len(on.states)} declared"
    assert set(rows) <= {"PutItem"}, f"{where}: {dict(rows)} of its tables; return a Keep instead"
    if consumer.projection:
        assert rows["PutItem"] <= 1, f"{where}: a projection has one row for an order"


def test_failed_messages_are_hidden_with_one_call(functions: CountedFunctions) -> None:
    answer = functions.invoke("ordering", batch(message("nonsense"), message("more")))

    assert len(failures(answer)) == 2
    assert functions.calls.operations == ["ChangeMessageVisibilityBatch"]
