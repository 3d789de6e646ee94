"""Hooks on the calls of all AWS clients."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from botocore import handlers


def hooked(*hooks: tuple[str, Callable[..., Any]]) -> AbstractContextManager[Any]:
    """Hook botocore events, by name and function, of all sessions that are created meanwhile."""
    return patch.object(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, *hooks])
