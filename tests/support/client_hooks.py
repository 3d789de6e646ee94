"""Hooks on the calls of all AWS clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS


@contextmanager
def hooked(*hooks: tuple[str, Callable[..., Any]]) -> Iterator[None]:
    """Register (botocore event, function) hooks with each client that is created meanwhile."""
    BUILTIN_HANDLERS.extend(hooks)
    try:
        yield
    finally:
        for hook in hooks:
            BUILTIN_HANDLERS.remove(hook)
