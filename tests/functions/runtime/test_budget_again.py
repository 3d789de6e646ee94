"""What hearing of something again costs: one call."""

from typing import Any

import pytest

from events.contracts.email import CancellationSent, DispatchNoteSent, ReceiptSent
from events.contracts.inventory import StockRejected
from events.envelope import Event, Fact
from tests.support.budget import (
    CANCELLED,
    CAPTURED,
    CONFIRMED,
    DISPATCHED,
    PLACED,
    PREPARED,
    RESERVED,
    World,
    world,
)
from tests.support.builders import then

__all__ = ["world"]

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
    world: World, name: str, event: Event[Fact], known: tuple[Event[Any], ...]
) -> None:
    world.know(PLACED, *known)
    world.hear(name, event)

    assert len(world.calls.made) == 1
    assert world.lines.outcomes[-1] in ("duplicate", "overtaken")


@pytest.mark.parametrize("name", ["payment", "inventory"])
@pytest.mark.parametrize("known", [(), (PLACED,)], ids=["at once", "after all was done"])
def test_a_duplicate_of_a_cancellation_is_one_call(
    world: World, name: str, known: tuple[Event[Any], ...]
) -> None:
    world.know(PLACED, CANCELLED)
    for event in known:
        world.hear(name, event)
    world.hear(name, CANCELLED)
    world.hear(name, CANCELLED)

    assert world.calls.operations == ["Query"]
    assert world.lines.outcomes[-1] == "duplicate"
