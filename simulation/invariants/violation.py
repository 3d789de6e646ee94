"""A violation of an invariant."""

from collections.abc import Callable
from typing import Any


class Violation(BaseException):
    """An invariant does not hold; `about` is the order or the worker.

    It is a BaseException: no function can catch it and retry.
    """

    def __init__(
        self,
        invariant: Callable[..., Any],
        about: str,
        cause: Exception | None = None,
        detail: str = "",
    ) -> None:
        self.name = invariant.__name__
        self.sentence = " ".join((invariant.__doc__ or "").split())
        self.about = about
        reason = f"{type(cause).__name__}: {cause}" if cause else ""
        more = "; ".join(part for part in (reason, detail) if part)
        super().__init__(f"{about}: {self.sentence}" + (f" ({more})" if more else ""))
        self.__cause__ = cause


def every_world_comes_to_rest() -> None:
    """Every world comes to rest."""


def functions_fail_only_with_their_calls() -> None:
    """A function fails only because a call of a port has failed."""


def reactions_return_what_their_rows_declare() -> None:
    """A reaction returns only what its row declares."""
