"""Options of every command, and its two output streams."""

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import msgspec
from rich.console import Console

from ops.cli.terminal import Terminal, is_unicode

LOCAL = "local"
"""The name of the stage on this machine."""

type Color = Literal["auto", "always", "never"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of every command."""

    stage: str = LOCAL
    profile: str | None = None
    region: str | None = None
    json: bool = False
    color: Color = "auto"

    @cached_property
    def out(self) -> Console:
        """Standard output, for data."""
        return self._console(stderr=False)

    @cached_property
    def err(self) -> Console:
        """Standard error, for everything else."""
        return self._console(stderr=True)

    def print_json(self, value: Any) -> None:
        """Print a value as one line of JSON."""
        if is_unicode():
            line = msgspec.json.encode(value).decode()
        else:
            line = json.dumps(msgspec.to_builtins(value), separators=(",", ":"))
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def _console(self, *, stderr: bool) -> Console:
        return Terminal(
            stderr=stderr,
            force_terminal=True if self.color == "always" else None,
            no_color=True if self.color == "never" else None,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )


def stage_option(stage: str) -> str:
    """Return the option that names a stage on a command line; empty for the local stage."""
    return "" if stage == LOCAL else f" --stage {stage}"
