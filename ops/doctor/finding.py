"""What a check found: a verdict, a sentence, and what to do as commands that can be run."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """How a check went.

    A warning does not keep a deployment from going well, and what is wrong does, or else the stage
    from working. What could not be looked at may be either.
    """

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNSEEN = "could not look"
    UNASKED = "not asked here"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a check found; `todo` are commands, in the order in which to run them."""

    verdict: Verdict
    said: str
    todo: tuple[str, ...] = ()


def fine(said: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(verdict=Verdict.OK, said=said)


def warning(said: str, *todo: str) -> Finding:
    """Return that something will be missed later."""
    return Finding(verdict=Verdict.WARNING, said=said, todo=todo)


def wrong(said: str, *todo: str) -> Finding:
    """Return that something is in the way."""
    return Finding(verdict=Verdict.WRONG, said=said, todo=todo)


def unseen(said: str, *todo: str) -> Finding:
    """Return that it could not be looked at, and why."""
    return Finding(verdict=Verdict.UNSEEN, said=said, todo=todo)


def unasked(said: str) -> Finding:
    """Return that it is no question here, and why."""
    return Finding(verdict=Verdict.UNASKED, said=said)
