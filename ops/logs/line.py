"""Line of the live view: a stated fact, or another outcome of a message."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from events.codec import CONTRACTS, may_state
from functions.framework.outcomes import Mark, Outcome, outcome_of
from functions.map import CONSUMERS
from functions.runtime import backoff
from ops.logs.record import LogRecord

_READ_MODELS = frozenset(
    consumer.name for consumer in CONSUMERS if not any(on.states for on in consumer.on)
)
"""The consumers that fill no slots; they keep rows."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the live view; `--json` prints it as it is.

    A fact has a `slot`. `event` is the stated fact or else the handled event, and `type` its type;
    `attempt` of `attempts` is the attempt that failed.
    """

    time: datetime
    outcome: str
    service: str
    order: str | None = None
    correlation: str | None = None
    event: str | None = None
    type: str | None = None
    slot: str | None = None
    attempt: int | None = None
    attempts: int | None = None
    detail: str = ""

    @property
    def mark(self) -> Mark | Literal[""]:
        """The mark at the beginning of the line; a fact has none."""
        if self.slot:
            return ""
        known = outcome_of(self.outcome)
        return known.mark if known else "x"

    @property
    def label(self) -> str:
        """The outcome's word on the screen; a fact has none."""
        if self.slot:
            return ""
        known = outcome_of(self.outcome)
        return known.label if known else self.outcome

    @property
    def what(self) -> str:
        """The fact's type, or the mark and the outcome."""
        if self.slot:
            return str(self.type)
        attempts = f" {self.attempt} of {self.attempts}" if self.attempts else ""
        return f"{self.mark} {self.label}{attempts}"


def lines(record: LogRecord) -> list[LogLine]:
    """Return the lines of a record: one for each fact, or one for another outcome."""
    facts = [
        LogLine(
            time=record.time,
            outcome=record.outcome,
            service=service,
            order=record.order,
            correlation=record.correlation,
            event=event,
            type=kind,
            slot=slot_of(event),
        )
        for service, event, kind in _facts(record)
    ]
    if facts:
        return facts
    retried = record.outcome == Outcome.RETRY
    return [
        LogLine(
            time=record.time,
            outcome=record.outcome,
            service=record.service,
            order=record.order,
            correlation=record.correlation,
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


def _facts(record: LogRecord) -> Iterator[tuple[str, str, str]]:
    """Yield the facts in a record: service, event and type."""
    if record.outcome == Outcome.ANSWERED and record.event:
        yield record.service, record.event, _type_of(record.service, record.event)
    if record.outcome == Outcome.PUBLISHED and record.event and record.type:
        contract = CONTRACTS.get(record.type)
        yield contract.sources[0] if contract else record.service, record.event, record.type
    for event, kind in zip(record.stated, record.facts, strict=False):
        yield record.service, event, kind


def _type_of(source: str, event: str) -> str:
    """Return the only type that a service states in this slot, as an API's record has no type."""
    slot = slot_of(event)
    return next(kind for kind, contract in CONTRACTS.items() if may_state(contract, source, slot))


def _detail(record: LogRecord) -> str:
    known = outcome_of(record.outcome)
    text = known.text if known else ""
    if record.outcome == Outcome.DONE:
        text = record.type or text
    if record.outcome == Outcome.DUPLICATE and record.service in _READ_MODELS:
        text = "rows are up to date"
    request = f"{record.status} {record.route}" if record.route else ""
    return " ".join(
        part for part in (request, record.problem, record.failed, record.detail, text) if part
    )
