"""The envelope that every event travels in: CloudEvents 1.0 with our extension attributes."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from events import sequence


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What every contract derives from: an immutable statement about the past.

    `sources` are the services that may state it and `slots` the decisions that it may fill, the
    usual one first; a slot may be counted (`stalled` covers `stalled/1`). `version` is the
    `dataversion` that is written today. `personal` are the fields that say who somebody is or where
    to find them, inner ones as `ship_to.street`: what `fanfare forget` blanks.
    """

    sources: ClassVar[tuple[str, ...]] = ()
    slots: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1
    personal: ClassVar[tuple[str, ...]] = ()


class Unknown(Fact, frozen=True):
    """A fact of a type that this code has no contract for; it was stated by a newer deployment."""


Text = Annotated[str, msgspec.Meta(min_length=1)]
Sequence = Annotated[str, msgspec.Meta(pattern=sequence.PATTERN)]
Traceparent = Annotated[str, msgspec.Meta(pattern="^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes that all events have, whatever they say.

    `id` is `<subject>/<slot>`, so that every retry of a reaction states the same fact;
    `correlationid` is the request that began it all; `causationid` the event that this one reacts
    to, null for the first; `traceparent` is W3C Trace Context's.
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
    """One fact in its envelope."""

    data: F

    def same_fact(self, other: "Event[Any]") -> bool:
        """Tell whether both state the same thing: type and outside reference."""
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
    """Return the event that states `fact` as the consequence of `cause`.

    `seen` are the sequences of all other events that were read to decide it; `slot` defaults to the
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
    """Return the span of an event (16 hex digits): the same whoever computes it."""
    return sha256(event_id.encode()).hexdigest()[:16]


def _span(traceparent: str, event_id: str) -> str:
    version, trace, _, flags = traceparent.split("-")
    return f"{version}-{trace}-{span_id(event_id)}-{flags}"
