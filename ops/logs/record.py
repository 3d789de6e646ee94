"""A function's structured log line, read back."""

from datetime import UTC, datetime

import msgspec

from functions.framework.outcomes import Outcome

_CRASHES = ("[ERROR]", "Task timed out after")
_LONGEST = 120


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message or request, as the function wrote it.

    `event` and `type` are what it heard, `stated` and `facts` the ids and types of what it decided;
    `millis` is how long it worked, `age` how old the event was, both in milliseconds.
    """

    time: datetime
    service: str
    outcome: str
    event: str | None = None
    type: str | None = None
    order: str | None = None
    millis: float | None = None
    age: int | None = None
    receives: int | None = None
    stated: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    error: str | None = None
    detail: str | None = None
    route: str | None = None
    status: int | None = None
    problem: str | None = None


class _Written(Record, frozen=True, kw_only=True):
    time: datetime = datetime.min.replace(tzinfo=UTC)
    timestamp: str
    subject: str | None = None


_decoder = msgspec.json.Decoder(_Written)


def parse(message: str, *, service: str, logged: int) -> Record | None:
    """Return what a line of a service's log says, or nothing if it is of another kind.

    `logged` is when the line arrived in the log (Unix milliseconds); a structured line knows its
    own time better.
    """
    if message.startswith("{"):
        return _structured(message)
    if any(crash in message for crash in _CRASHES):
        return Record(
            time=datetime.fromtimestamp(logged / 1000, UTC),
            service=service,
            outcome=Outcome.CRASHED,
            error=" ".join(message.split())[:_LONGEST],
        )
    return None


def _structured(message: str) -> Record | None:
    try:
        written = _decoder.decode(message)
        known = {name: getattr(written, name) for name in Record.__struct_fields__}
        known["time"] = datetime.fromisoformat(written.timestamp)
    except (msgspec.DecodeError, ValueError):
        return None
    known["order"] = written.order or written.subject
    return Record(**known)
