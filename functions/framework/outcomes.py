"""Outcomes: how a message, a record, a request or a scheduled run ended."""

from enum import StrEnum
from typing import Literal, Self

type Mark = Literal["=", "x", "-"]
"""In the live view: `=` nothing was to be done, `x` something is wrong, `-` nothing happened."""


class Outcome(StrEnum):
    """An outcome as log lines have it, with its mark and its text in the live view.

    `shown` is whether the live view has a line for it; a fact that was stated has its own line.
    `label` is the word on the screen, if it is another one than in log lines.
    """

    mark: Mark
    text: str
    shown: bool
    label: str

    def __new__(
        cls, value: str, mark: Mark, text: str = "", shown: bool = True, label: str = ""
    ) -> Self:
        """Make a member of its word, mark, text and label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.mark = mark
        member.text = text
        member.shown = shown
        member.label = label or value
        return member

    @property
    def metric(self) -> str:
        """The name of the metric that counts it, in the namespace `METRICS`."""
        return self.value.title()

    # A message that a consumer received.
    DONE = "done", "-", "handled", True, "noted"
    """A fact was stated or rows were written, or the reaction does neither.

    The label is for the last two: a line of its own instead of facts.
    """
    DUPLICATE = "duplicate", "=", "slot filled"
    """The message was handled before."""
    OVERTAKEN = "overtaken", "=", "slot filled by another fact"
    UNHEARD = "unheard", "=", "type not subscribed"
    NOTHING = "nothing", "-", "nothing to do", False
    FORGED = "forged", "x", "not in the log"
    """The log has no such event, or another one in its slot; the message is acknowledged."""
    RETRY = "retry", "x"
    UNDECODABLE = "undecodable", "x"
    HELD_BACK = "held-back", "-", "returned to its queue untried", False
    NOT_HIDDEN = "not-hidden", "x", "visibility timeout not changed"

    # A record of the log's stream.
    PUBLISHED = "published", "-", "", False
    UNSENT = "unsent", "x", "refused by the topic"
    UNPUBLISHABLE = "unpublishable", "x"
    TAMPERED = "tampered", "x", "the log was changed"
    FORGOTTEN = "forgotten", "-", "personal fields were blanked"

    # A request, or a scheduled run.
    ANSWERED = "answered", "-", "", False
    REFUSED = "refused", "x"
    FAILED = "failed", "x"

    # What services' code reports.
    STALLED = "stalled", "x", "no outcome for too long"
    CAUGHT_UP = "caught-up", "-", "the list was behind"
    UNREADABLE = "unreadable", "x", "in the log, not readable by this version"
    UNREADABLE_ROW = "unreadable-row", "x", "a row that cannot be read was left out"
    STALE = "stale", "x", "a table cannot be read; the last copy is in use"
    MAIL_REFUSED = "mail-refused", "x", "the provider refuses a mail for good"
    SUMMED = "summed", "-", "", False

    CRASHED = "crashed", "x"
    """An invocation that ended without a line of its own; Lambda's own log line reports it."""


_KNOWN = {outcome.value: outcome for outcome in Outcome}


def outcome_of(word: str) -> Outcome | None:
    """Return the outcome of that word, as a log line has it; None if there is no such outcome."""
    return _KNOWN.get(word)


METRICS = "Fanfare"
"""The namespace of all metrics, which have the dimension `service`."""

TRIES = "Tries"
"""The metric of a failed message's receives so far."""

EVENT_AGE = "EventAge"
RELAY_AGE = "RelayAge"
"""The metrics of an event's age when it was handled, and when it was published, in milliseconds."""
