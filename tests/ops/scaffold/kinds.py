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

type Flags = tuple[bool, ...]
"""Whether it keeps a table, acts outside, states a fact, is ordered."""

PREFIX = "example"
CHOICES: tuple[tuple[tuple[type[Fact], ...], Flags], ...] = (
    *(((OrderConfirmed,), (*flags, False)) for flags in product([False, True], repeat=3)),
    ((OrderPlaced,), (True, True, True, True)),
    ((PaymentCaptured, OrderCancelled), (False, True, True, True)),
    ((OrderPlaced, OrderCancelled), (False, True, False, True)),
    ((OrderCancelled, OrderPlaced), (True, False, False, True)),
)
"""Every combination of the options that change the code, and several event types."""


def kinds(prefix: str = PREFIX) -> tuple[NewConsumer, ...]:
    """Return a consumer of each kind; their names, and those of their facts, have the prefix."""
    return tuple(_kind(prefix, on, *flags) for on, flags in CHOICES)


def _kind(
    prefix: str, on: tuple[type[Fact], ...], table: bool, outside: bool, states: bool, ordered: bool
) -> NewConsumer:
    words = {"table": table, "acts": outside, "states": states, "ordered": ordered}
    kind = "".join(word for word, given in words.items() if given) or "plain"
    return NewConsumer(
        name=f"{prefix}{kind}",
        on=on,
        table=table,
        outside=outside,
        ordered=ordered,
        states=f"{prefix.capitalize()}{kind.capitalize()}" if states else None,
    )


def scaffold_kinds(root: Path, prefix: str = PREFIX) -> None:
    """Write a consumer of each kind into a copy of the tree; `make contracts` is to follow.

    Give another prefix if the copy's own tests are to run there: they use the usual one.
    """
    for kind in kinds(prefix):
        draft_consumer(Checkout(root), kind).write(Checkout(root))
