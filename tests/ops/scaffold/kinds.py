"""Consumers of every kind that `fanfare new` can write."""

from itertools import product
from pathlib import Path

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured
from events.envelope import Fact
from ops.scaffold.checkout import Checkout
from ops.scaffold.drafts import draft_consumer
from ops.scaffold.request import NewConsumer


def _kind(
    *on: type[Fact], table: bool, outside: bool, states: bool, ordered: bool = False
) -> NewConsumer:
    words = {"table": table, "acts": outside, "states": states, "ordered": ordered}
    kind = "".join(word for word, given in words.items() if given) or "plain"
    return NewConsumer(
        name=f"example{kind}",
        on=on,
        table=table,
        outside=outside,
        ordered=ordered,
        states=f"Example{kind.capitalize()}" if states else None,
    )


KINDS: tuple[NewConsumer, ...] = (
    *(
        _kind(OrderConfirmed, table=table, outside=outside, states=states)
        for table, outside, states in product([False, True], repeat=3)
    ),
    _kind(OrderPlaced, table=True, outside=True, states=True, ordered=True),
    _kind(PaymentCaptured, OrderCancelled, table=False, outside=True, states=True, ordered=True),
    _kind(OrderPlaced, OrderCancelled, table=False, outside=True, states=False, ordered=True),
    _kind(OrderCancelled, OrderPlaced, table=True, outside=False, states=False, ordered=True),
)
"""Every combination of the options that change the code, and several event types."""


def scaffold_kinds(root: Path) -> None:
    """Write a consumer of every kind into a copy of the tree; `make contracts` is to follow."""
    for kind in KINDS:
        draft_consumer(Checkout(root), kind).write(Checkout(root))
