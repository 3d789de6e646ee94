"""Hooks on the calls of all AWS clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS


@contextmanager
def hooked(*hooks: tuple[str, Callable[..., Any]]) -> Iterator[None]:
    """Hook botocore events, by name and function, of all sessions that are created meanwhile."""
    BUILTIN_HANDLERS.extend(hooks)
    try:
        yield
    finally:
        for hook in hooks:
            BUILTIN_HANDLERS.remove(hook)
