"""The envelope of every event: CloudEvents 1.0 with our extension attributes."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from events import sequence


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """The base class of every contract: an immutable statement about the past.

    `sources` are the services that may publish it and `slots` the decisions that it may fill, the
    usual one first; a slot may be numbered (`stalled` covers `stalled/1`). `version` is the current
    `dataversion`. `personal` are the fields that identify or locate a person, inner ones as
    `ship_to.street`; `fanfare forget` blanks them.
    """

    sources: ClassVar[tuple[str, ...]] = ()
    slots: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1
    personal: ClassVar[tuple[str, ...]] = ()


class Unknown(Fact, frozen=True):
    """A fact of a type without a contract here; a newer deployment published it."""


Text = Annotated[str, msgspec.Meta(min_length=1)]
Sequence = Annotated[str, msgspec.Meta(pattern=sequence.PATTERN)]
TRACEPARENT = "00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"
Traceparent = Annotated[str, msgspec.Meta(pattern=f"^{TRACEPARENT}$")]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes of every event.

    `id` is `<subject>/<slot>`, so a reaction is idempotent: each retry writes the same id.
    `subject` is the order's id. `correlationid` is the id of the first request. `causationid` is
    the id of the event that this one reacts to, null for an order's first event. `traceparent` is
    that of W3C Trace Context. `sequence` sorts an event after its causes.
    """

    id: Text
    source: Text
    type: Text
    dataversion: Annotated[int, msgspec.Meta(ge=1)]
    subject: Text
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    correlationid: Text
    causationid: str | None = None
    traceparent: Traceparent
    sequence: Sequence
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"

    @property
    def slot(self) -> str:
        """The decision that this event fills, such as `payment/charge`."""
        return self.id[len(self.subject) + 1 :]


class Event[F: Fact](Envelope, frozen=True, kw_only=True):
    """A fact in its envelope."""

    data: F

    def same_fact(self, other: "Event[Any]") -> bool:
        """Return whether both state the same fact: same type, same external reference."""
        mine, others = (getattr(event.data, "reference", None) for event in (self, other))
        return self.type == other.type and mine == others


def begin[F: Fact](
    fact: F,
    *,
    subject: str,
    source: str,
    now: datetime,
    correlationid: str,
    traceparent: str,
) -> Event[F]:
    """Return the first event of `subject`, caused by a request and by no other event."""
    slot = fact.slots[0]
    return Event(
        id=f"{subject}/{slot}",
        source=source,
        type=type(fact).__name__,
        dataversion=fact.version,
        subject=subject,
        time=now,
        correlationid=correlationid,
        traceparent=_span(traceparent, f"{subject}/{slot}"),
        sequence=sequence.after(millis(now)),
        data=fact,
    )


def follow[F: Fact](
    cause: Event[Any],
    fact: F,
    *,
    source: str,
    now: datetime,
    seen: Iterable[str],
    slot: str | None = None,
) -> Event[F]:
    """Return the event that states `fact` as a consequence of `cause`.

    `seen` are the sequences of all other events that the decision read; `slot` defaults to the
    contract's first.
    """
    event_id = f"{cause.subject}/{slot or fact.slots[0]}"
    return Event(
        id=event_id,
        source=source,
        type=type(fact).__name__,
        dataversion=fact.version,
        subject=cause.subject,
        time=now,
        correlationid=cause.correlationid,
        causationid=cause.id,
        traceparent=_span(cause.traceparent, event_id),
        sequence=sequence.after(millis(now), (cause.sequence, *seen)),
        data=fact,
    )


def millis(moment: datetime) -> int:
    """Return Unix time in whole milliseconds."""
    return int(moment.timestamp() * 1000)


def span_id(event_id: str) -> str:
    """Return the span id of an event: 16 hex digits of a hash of its id."""
    return sha256(event_id.encode()).hexdigest()[:16]


def _span(traceparent: str, event_id: str) -> str:
    version, trace, _, flags = traceparent.split("-")
    return f"{version}-{trace}-{span_id(event_id)}-{flags}"
