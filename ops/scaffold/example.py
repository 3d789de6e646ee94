"""Examples of facts: a sample of a new event type, and a published fact as an expression."""

import json
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from events import codec
from events.envelope import Event, Fact, follow
from ops.cli.errors import CommandError
from ops.scaffold.checkout import SAMPLES, Checkout
from ops.scaffold.request import NewEvent

LATER = timedelta(milliseconds=60)
"""The time between a sample and its cause."""


def sample_of(tree: Checkout, contract: type[Fact]) -> Event[Fact]:
    """Return the sample of a published type, in its version of today.

    Raises:
        CommandError: it has none.
    """
    path = f"{SAMPLES}/{contract.__name__}.{contract.version}.json"
    if not tree.exists(path):
        raise CommandError(
            f"{path} is missing, and the tests to be written need an example: write one such event"
            " there, as docs/contracts.md describes. Nothing was written."
        )
    return codec.decode(tree.read(path))


def new_sample(event: NewEvent, cause: Event[Fact]) -> str:
    """Return the sample of a new type: an event that follows its cause, as JSON."""
    contract = msgspec.defstruct(
        event.name,
        [(event.field, str)],
        bases=(Fact,),
        namespace={"sources": (event.service,), "slots": (event.slot,)},
        frozen=True,
        kw_only=True,
    )
    value = cause.type if event.field == "reason" else f"fake-{cause.subject}"
    fact = contract(**{event.field: value})
    assert isinstance(fact, Fact)  # noqa: S101  its base says so, which mypy cannot know
    made = follow(cause, fact, source=event.service, now=cause.time + LATER, seen=())
    return json.dumps(json.loads(codec.encode(made)), indent=2) + "\n"


def types_in(value: object) -> Iterator[type[msgspec.Struct]]:
    """Yield the types of all structs that a fact is made of; its repr is a call of each."""
    if isinstance(value, msgspec.Struct):
        yield type(value)
        value = tuple(getattr(value, name) for name in value.__struct_fields__)
    if isinstance(value, tuple | list):
        for each in value:
            yield from types_in(each)
