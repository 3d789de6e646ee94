"""Notices: what a provider reports later, on a queue beside the consumer's own."""

from collections.abc import Callable
from dataclasses import dataclass

from events.envelope import Fact
from functions.framework.chore import Report
from functions.framework.ports import Log, Resources, SafeToLog

SUFFIX = "-notices"
"""Suffix of the queue's name; no service's name has a hyphen."""

ORDER_TAG = "order"
"""The tag of a mail with the order's id, which comes back with the notice."""


class UnknownNotice(SafeToLog):
    """A notice that cannot be read; it ends in the dead-letter queue."""


@dataclass(frozen=True, kw_only=True)
class Notices:
    """The notices that a consumer's provider sends, such as a bounce of a mail.

    `handle` gets the body of one notice, the log and the consumer's resources, and returns how it
    ended. Whatever it raises means that the notice is retried. It must be idempotent. `states` are
    the fact types that it may append.
    """

    handle: Callable[[str, Log, Resources], Report]
    states: tuple[type[Fact], ...]
