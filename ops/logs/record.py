"""Parser for the functions' structured log lines."""

from datetime import UTC, datetime

import msgspec

from functions.framework.outcomes import Outcome

_CRASHES = ("[ERROR]", "Task timed out after")
_LONGEST = 120


class LogRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one message or request, as a function logged it.

    `event` and `type` are those of the handled event, `stated` and `facts` the ids and types of the
    new facts. `millis` is the duration and `age` the event's age, both in milliseconds.
    `correlation` is the id of the request that began it all. `at` is the place of an error in our
    own code, such as `functions/email/reactions.py:send_receipt`.
    """

    time: datetime
    service: str
    outcome: str
    event: str | None = None
    type: str | None = None
    order: str | None = None
    correlation: str | None = None
    millis: float | None = None
    age: int | None = None
    receives: int | None = None
    stated: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    error: str | None = None
    at: str | None = None
    detail: str | None = None
    route: str | None = None
    status: int | None = None
    problem: str | None = None

    @property
    def failed(self) -> str | None:
        """The error with its place: `KeyError at email/reactions.py:send_receipt`."""
        place = (self.at or "").removeprefix("functions/")
        return f"{self.error} at {place}" if self.error and "/" in place else self.error


class _JsonRecord(LogRecord, frozen=True, kw_only=True):
    time: datetime = datetime.min.replace(tzinfo=UTC)
    timestamp: str
    subject: str | None = None


_decoder = msgspec.json.Decoder(_JsonRecord)


def parse(message: str, *, service: str, logged: int) -> LogRecord | None:
    """Return the record of a line in a service's log, or None for a line of another kind.

    `logged` is the time at which the line arrived in the log (Unix milliseconds); a structured line
    has its own, better time.
    """
    if message.startswith("{"):
        return _structured(message)
    if any(crash in message for crash in _CRASHES):
        return LogRecord(
            time=datetime.fromtimestamp(logged / 1000, UTC),
            service=service,
            outcome=Outcome.CRASHED,
            error=" ".join(message.split())[:_LONGEST],
        )
    return None


def _structured(message: str) -> LogRecord | None:
    try:
        written = _decoder.decode(message)
        known = {name: getattr(written, name) for name in LogRecord.__struct_fields__}
        known["time"] = datetime.fromisoformat(written.timestamp)
    except (msgspec.DecodeError, ValueError):
        return None
    known["order"] = written.order or written.subject
    return LogRecord(**known)
