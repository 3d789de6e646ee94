"""Command lines of campaigns: whole numbers as options, and the exit after Ctrl-C."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import NoReturn

from ops.cli.errors import ExitCode


def whole(least: int) -> Callable[[str], int]:
    """Return a `type` for argparse: a whole number of at least `least`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text) >= least):
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return read


def leave(main: Callable[[], int]) -> NoReturn:
    """Run a campaign and exit with its code; after Ctrl-C, without a traceback."""
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # Ctrl-C also ended the node process of jsii; errors of that do not matter.
        sys.unraisablehook = lambda _: None
        sys.exit(ExitCode.INTERRUPTED)
