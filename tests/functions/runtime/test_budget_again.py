"""The budget of a duplicate: one AWS call."""

from typing import Any

import pytest

from events.contracts.email import CancellationSent, DispatchNoteSent, ReceiptSent
from events.contracts.inventory import StockRejected
from events.envelope import Event, Fact
from testkit.builders import then
from tests.support.budget import (
    CANCELLED,
    CAPTURED,
    CONFIRMED,
    DISPATCHED,
    PLACED,
    PREPARED,
    RESERVED,
    CountedFunctions,
    functions,
)

__all__ = ["functions"]

ENDED: list[tuple[str, Event[Any], tuple[Event[Any], ...]]] = [
    ("payment", PLACED, (PREPARED, CAPTURED)),
    ("inventory", PLACED, (RESERVED,)),
    ("inventory", PLACED, (then(PLACED, StockRejected(skus=("DRUM",))),)),
    ("ordering", RESERVED, (RESERVED, PREPARED, CAPTURED, CONFIRMED)),
    ("shipping", CONFIRMED, (CONFIRMED, DISPATCHED)),
    ("email", PLACED, (then(PLACED, ReceiptSent(message_id=None)),)),
    ("email", DISPATCHED, (DISPATCHED, then(DISPATCHED, DispatchNoteSent(message_id=None)))),
    ("email", CANCELLED, (CANCELLED, then(CANCELLED, CancellationSent(message_id=None)))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "event", "known"), ENDED, ids=[f"{row[0]}-{row[2][-1].type}" for row in ENDED]
)
def test_a_duplicate_is_one_call(
    functions: CountedFunctions, name: str, event: Event[Fact], known: tuple[Event[Any], ...]
) -> None:
    functions.append(PLACED, *known)
    functions.deliver(name, event)

    assert len(functions.calls) == 1
    assert functions.observer.outcomes[-1] in ("duplicate", "overtaken")


@pytest.mark.parametrize("name", ["payment", "inventory"])
@pytest.mark.parametrize(
    "known", [(), (PLACED,)], ids=["only the cancellation", "after the other events"]
)
def test_a_duplicate_of_a_cancellation_is_one_call(
    functions: CountedFunctions, name: str, known: tuple[Event[Any], ...]
) -> None:
    functions.append(PLACED, CANCELLED)
    for event in known:
        functions.deliver(name, event)
    functions.deliver(name, CANCELLED)
    functions.deliver(name, CANCELLED)

    assert functions.calls.operations == ["Query"]
    assert functions.observer.outcomes[-1] == "duplicate"
