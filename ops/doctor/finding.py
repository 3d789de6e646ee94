"""Finding of a check: a verdict, a sentence, and the commands that fix it."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """The result of a check.

    With a `WARNING` a deployment goes well; with `WRONG` the deployment fails, or the stage does
    not work. `UNKNOWN` may be either: the check could not run. `SKIPPED` does not apply here.
    """

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "could not look"
    SKIPPED = "not asked here"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One result of a check; `todo` are commands, in the order in which to run them."""

    verdict: Verdict
    message: str = msgspec.field(name="said")
    todo: tuple[str, ...] = ()


def ok(message: str) -> Finding:
    """Return a finding that nothing is wrong."""
    return Finding(verdict=Verdict.OK, message=message)


def warning(message: str, *todo: str) -> Finding:
    """Return a finding that does not prevent the deployment."""
    return Finding(verdict=Verdict.WARNING, message=message, todo=todo)


def wrong(message: str, *todo: str) -> Finding:
    """Return a finding that must be fixed first."""
    return Finding(verdict=Verdict.WRONG, message=message, todo=todo)


def unknown(message: str, *todo: str) -> Finding:
    """Return the reason why a check could not run."""
    return Finding(verdict=Verdict.UNKNOWN, message=message, todo=todo)


def skipped(message: str) -> Finding:
    """Return the reason why a check does not apply here."""
    return Finding(verdict=Verdict.SKIPPED, message=message)
