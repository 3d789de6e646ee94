"""Calls of ports: their names, the faults that each can meet, and the error of a failed one."""

from typing import Self

from functions.framework.ports import MailUnavailable
from simulation.faults import Fault

ON_ANY_CALL: tuple[Fault, ...] = ("die before", "die after", "throttled", "slow", "frozen")
COMPLETED_LATER: tuple[Fault, ...] = ("die, done later", "lost, done later")
ON_A_WRITE: tuple[Fault, ...] = ("lost", *COMPLETED_LATER)
RETRIED: tuple[Fault, ...] = ("done twice",)

OFTEN = 0.5
"""Calls that few worlds make meet faults so many times as often, up to this share. Otherwise some
of their faults would occur in one world of thousands."""


class Unavailable(Exception):
    """A call of a port failed, or its answer never came."""


class Call(str):
    """The name of a call of a port, such as `log.read`.

    `faults` are those that it can meet, `error` is raised when it failed, and it meets faults
    `often` times as often as most calls.
    """

    faults: tuple[Fault, ...]
    error: type[Exception]
    often: int

    @classmethod
    def read(cls, name: str, *, error: type[Exception] = Unavailable, often: int = 1) -> Self:
        """Return a call that changes nothing."""
        return cls._made(name, ON_ANY_CALL, error, often)

    @classmethod
    def write(
        cls,
        name: str,
        *more: Fault,
        error: type[Exception] = Unavailable,
        often: int = 1,
        once: bool = False,
    ) -> Self:
        """Return a call that changes something, and `more` faults; `once`: no SDK repeats it."""
        faults = ON_ANY_CALL + ON_A_WRITE + (() if once else RETRIED) + more
        return cls._made(name, faults, error, often)

    @classmethod
    def _made(
        cls, name: str, faults: tuple[Fault, ...], error: type[Exception], often: int
    ) -> Self:
        call = cls(name)
        call.faults, call.error, call.often = faults, error, often
        return call


LOG_READ = Call.read("log.read")
LOG_APPEND = Call.write("log.append")
APPEND_WITH_CHANGES = Call.write("log.append with changes", "conflict", often=2)
RECORDS_GET = Call.read("records.get")
RECORDS_PUT = Call.write("records.put")
ROWS_PAGE = Call.read("rows.page")
ROWS_LISTED = Call.read("rows.listed")
ROWS_PUT = Call.write("rows.put")
ROWS_REMOVE = Call.write("rows.remove", often=8)
MAIL_SEND = Call.write("mailbox.send", error=MailUnavailable, once=True)
QUEUE_HIDE = Call.write("queue.hide")
QUEUE_PUT = Call.write("queue.put")
QUEUE_DELETE = Call.write("queue.delete")
PUBLISH = Call.write("topic.publish", "partial")
