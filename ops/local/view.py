"""Output of `fanfare run`: its steps, events as they happen, orders as trees, and a log file."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from textwrap import indent, wrap
from typing import Any, TextIO

import msgspec
from rich.console import Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.status import Status
from rich.text import Text

from ops.cli.errors import CommandError
from ops.cli.options import Options
from ops.local.children import Child
from ops.logs.columns import Columns
from ops.logs.feed import Feed
from ops.logs.filter import Filter
from ops.logs.record import LogRecord

_INDENT = " " * 14


class RunStep:
    """A step of the start: its name and description, and its child process, if it has one.

    `spinner` shows the progress; it is None without a terminal.
    """

    def __init__(self, name: str, text: str, spinner: Status | None) -> None:
        self.text = text
        self.child: Child | None = None
        self._name = name
        self._spinner = spinner

    def progress(self, text: str) -> None:
        """Show the progress."""
        if self._spinner:
            self._spinner.update(f"{_head(self._name, self.text).lstrip()}: {text}")


class View:
    """Prints to the terminal, or plain lines, or JSON; and writes JSON to a log.

    `only` selects the lines of events.
    """

    def __init__(self, options: Options, only: Filter, log: TextIO) -> None:
        self.terminal = sys.stdout.isatty() and not options.json
        self._options = options
        self._feed = Feed(only)
        self._log = log
        self._columns = Columns()

    def title(self, text: str) -> None:
        """Print the title."""
        self._print(Text(text, "bold"))

    @contextmanager
    def step(self, name: str, text: str) -> Iterator["RunStep"]:
        """Show a step and its duration; if it fails, the end of its child's log."""
        began = time.monotonic()
        spinner = self._options.err.status(_head(name, text).lstrip()) if self.terminal else None
        step = RunStep(name, text, spinner)
        try:
            with spinner or nullcontext():
                yield step
        except CommandError:
            for line in step.child.tail() if step.child else ():
                self.print_error(f"  {line}")
            raise
        seconds = time.monotonic() - began
        known = {"step": name, "what": step.text, "seconds": round(seconds, 3)}
        self._print(f"{_head(name, step.text):<54}{seconds:>5.1f} s", known)

    def info(self, name: str, text: str) -> None:
        """Show a line without a duration."""
        self._print(_head(name, text), {"step": name, "what": text})

    def note(self, text: str, style: str = "dim italic") -> None:
        """Show a note between events; on a terminal its lines are wrapped."""
        width = self._options.out.width if self.terminal else sys.maxsize
        wrapped = wrap(text, max(40, width - len(_INDENT)), break_on_hyphens=False)
        self._print(Text(indent("\n".join(wrapped), _INDENT), style), {"note": text})

    def print_error(self, text: str) -> None:
        """Print an error to standard error."""
        self._options.err.print(text, style="red")

    def records(self, records: Iterable[LogRecord]) -> None:
        """Show log records as lines."""
        for line in self._feed.lines(records):
            self._print(self._columns.format(line), line)

    def text(self, text: Text | str = "", value: Any = None) -> None:
        """Show other text; with --json, `value` is printed instead."""
        self._print(text, value)

    def show(self, title: str, content: RenderableType) -> None:
        """Show a table under a title; not with --json, as the commands print its data."""
        if not self._options.json:
            self._options.out.print(Text(f"\n{title}", "bold"))
            self._options.out.print(content, soft_wrap=False)

    def short(self, order: str) -> str:
        """Return an order's id as it is shortened on the screen."""
        return self._columns.short(order)

    @contextmanager
    def footer(self) -> Iterator[Callable[[], None]]:
        """Show counts in the last line of a terminal; the body calls the result after a change."""
        if not self.terminal:
            yield lambda: None
            return
        console = self._options.out
        with Live(self._counts(), console=console, auto_refresh=False, transient=True) as live:
            yield lambda: live.update(self._counts(), refresh=True)

    def _counts(self) -> Group:
        feed = self._feed
        counts = f" {feed.orders} orders  {feed.facts} facts  {feed.failures} failures"
        return Group(Rule(style="dim"), Text(f"{counts}   Ctrl-C ends it and removes everything"))

    def _print(self, text: Text | str, value: Any = None) -> None:
        if value is not None:
            self._log.write(msgspec.json.encode(value).decode() + "\n")
            self._log.flush()
        if not self._options.json:
            self._options.out.print(text)
        elif value is not None:
            self._options.print_json(value)


def _head(name: str, text: str) -> str:
    return f"  {name:<9} {text}"
