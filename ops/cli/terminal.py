"""The terminal: its encoding, and a reader that stops reading, such as `head`."""

import codecs
import os
import sys
from io import TextIOWrapper
from typing import override

from rich.console import Console

from ops.cli.errors import ExitCode

PLAIN = {"…": "...", "─": "-", "│": "|", "└": "`", "├": "|", "→": "->", "█": "#", "░": "."}
"""What is shown for characters of ours in an encoding that lacks them."""

_ERRORS = "fanfare-plain"


class Terminal(Console):
    """A console whose command ends well when the reader has closed the pipe."""

    @override
    def on_broken_pipe(self) -> None:
        self.quiet = True
        discard_output()
        raise SystemExit(ExitCode.DONE)


def discard_output() -> None:
    """Discard what is still written to standard output; Python would report that it cannot be."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_unicode() -> bool:
    """Return whether standard output takes every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def use_plain_characters() -> None:
    """Let both streams show plain characters, or `?`, for those that their encoding lacks."""
    codecs.register_error(_ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=_ERRORS)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(PLAIN.get(each, "?") for each in lost), error.end
