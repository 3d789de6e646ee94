"""What the command lines of campaigns share: whole numbers, and an end by Ctrl-C."""

import re
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import NoReturn

from ops.cli.errors import ExitCode


def whole(least: int) -> Callable[[str], int]:
    """Return what reads a whole number that is not below `least`, for argparse's `type`."""

    def read(typed: str) -> int:
        if not re.fullmatch(r"[0-9]+", typed) or int(typed) < least:
            raise ArgumentTypeError(f"{typed!r} is no whole number from {least} on")
        return int(typed)

    return read


def leave(main: Callable[[], int]) -> NoReturn:
    """Run a campaign and exit as it ended; by Ctrl-C, without a traceback."""
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # The node process of jsii heard Ctrl-C, too; that it has gone is of no interest any more.
        sys.unraisablehook = lambda _: None
        sys.exit(ExitCode.INTERRUPTED)
