"""One line of the live view: a fact that was stated, or a message that had another end."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from events.codec import CONTRACTS, may_state
from functions.map import CONSUMERS
from functions.runtime import backoff
from ops.logs.record import CRASHED, Record

type Mark = Literal["", "=", "x", "-"]
"""A fact has none; `=` nothing was to be done, `x` something is wrong, `-` nothing happened."""


class Meaning(NamedTuple):
    """What an outcome looks like: its mark, what is said of it, and whether it is of interest."""

    mark: Mark
    says: str = ""
    shown: bool = True


OUTCOMES: dict[str, Meaning] = {
    "done": Meaning("-", "noted", shown=False),
    "duplicate": Meaning("=", "slot filled"),
    "overtaken": Meaning("=", "slot filled by another"),
    "unheard": Meaning("=", "not for its ears"),
    "nothing": Meaning("-", "nothing to decide yet", shown=False),
    "retry": Meaning("x"),
    "undecodable": Meaning("x"),
    "forged": Meaning("x", "not in the log"),
    "held-back": Meaning("-", "given back untried", shown=False),
    "not-hidden": Meaning("x"),
    "stalled": Meaning("x", "too long without an outcome"),
    "caught-up": Meaning("-", "the list was behind"),
    "unreadable": Meaning("x", "in the log, not read by this version"),
    "published": Meaning("-", shown=False),
    "unsent": Meaning("x", "the topic did not take it"),
    "unpublishable": Meaning("x"),
    "tampered": Meaning("x", "the log was changed"),
    "forgotten": Meaning("-", "personal fields were blanked"),
    "answered": Meaning("-", shown=False),
    "summed": Meaning("-", shown=False),
    "refused": Meaning("x"),
    "failed": Meaning("x"),
    CRASHED: Meaning("x"),
}
"""Every outcome that a function writes down; a fact that one comes with has a line of its own."""

_KEEPERS = frozenset(
    consumer.name for consumer in CONSUMERS if not any(on.states for on in consumer.on)
)
"""Those who fill no slots: they keep rows of what they hear."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is shown of a record; as JSON it is what `--json` prints.

    A fact has a `slot`. `event` is the fact that was stated, or else the event that was heard, and
    `type` its type; `attempt` of `attempts` is the try that failed.
    """

    time: datetime
    outcome: str
    service: str
    order: str | None = None
    event: str | None = None
    type: str | None = None
    slot: str | None = None
    attempt: int | None = None
    attempts: int | None = None
    detail: str = ""

    @property
    def mark(self) -> Mark:
        """The sign that the line begins with."""
        return "" if self.slot else OUTCOMES.get(self.outcome, Meaning("x")).mark

    @property
    def what(self) -> str:
        """The fact's type, or the mark and the outcome."""
        if self.slot:
            return str(self.type)
        tries = f" {self.attempt} of {self.attempts}" if self.attempts else ""
        return f"{self.mark} {self.outcome}{tries}"


def lines(record: Record) -> list[Line]:
    """Return what there is to show of a record: a line for each fact, or one for its other end."""
    facts = [
        Line(
            time=record.time,
            outcome=record.outcome,
            service=service,
            order=record.order,
            event=event,
            type=kind,
            slot=slot_of(event),
        )
        for service, event, kind in _facts(record)
    ]
    if facts:
        return facts
    retried = record.outcome == "retry"
    return [
        Line(
            time=record.time,
            outcome=record.outcome,
            service=record.service,
            order=record.order,
            event=record.event,
            type=record.type,
            attempt=record.receives if retried else None,
            attempts=backoff.receives_to_ride_out() if retried and record.receives else None,
            detail=_detail(record),
        )
    ]


def slot_of(event: str) -> str:
    """Return the slot of an event's id, such as `payment/charge`."""
    return event.partition("/")[2]


def _facts(record: Record) -> Iterator[tuple[str, str, str]]:
    """Yield the facts that a record tells of: service, event and type."""
    if record.outcome == "answered" and record.event:
        yield record.service, record.event, _type_of(record.service, record.event)
    if record.outcome == "published" and record.event and record.type:
        contract = CONTRACTS.get(record.type)
        yield contract.sources[0] if contract else record.service, record.event, record.type
    for event, kind in zip(record.stated, record.facts, strict=False):
        yield record.service, event, kind


def _type_of(source: str, event: str) -> str:
    """Return the one type that a service states in this slot: an API's line names no type."""
    slot = slot_of(event)
    return next(kind for kind, contract in CONTRACTS.items() if may_state(contract, source, slot))


def _detail(record: Record) -> str:
    says = OUTCOMES[record.outcome].says if record.outcome in OUTCOMES else ""
    if record.outcome == "duplicate" and record.service in _KEEPERS:
        says = "known already"
    request = f"{record.status} {record.route}" if record.route else ""
    return " ".join(
        part for part in (request, record.problem, record.error, record.detail, says) if part
    )
