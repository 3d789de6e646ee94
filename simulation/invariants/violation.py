"""A violation: something is so that must never be."""

from collections.abc import Callable
from typing import Any


class Violation(BaseException):
    """An invariant does not hold; `about` is the order, or the worker.

    No function can catch it, as it would an error that is to be tried again.
    """

    def __init__(
        self, invariant: Callable[..., Any], about: str, cause: Exception | None = None
    ) -> None:
        """Take the invariant, what it does not hold for, and the error that shows it."""
        self.name = invariant.__name__
        self.sentence = " ".join((invariant.__doc__ or "").split())
        self.about = about
        detail = f" ({type(cause).__name__}: {cause})" if cause else ""
        super().__init__(f"{about}: {self.sentence}{detail}")
        self.__cause__ = cause


def comes_to_rest() -> None:
    """Everything that is begun comes to an end."""


def no_function_fails_by_itself() -> None:
    """A function fails only because a call of a port has failed."""
