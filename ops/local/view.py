"""What `fanfare run` shows: its steps, events as they happen, orders as trees, and a log."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
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
from ops.logs.columns import Sheet
from ops.logs.feed import Feed
from ops.logs.filter import Filter
from ops.logs.record import Record


class Step:
    """Something that takes a while: what it is, and the child process that does it, if one does."""

    def __init__(self, name: str, what: str, spinner: Status | None) -> None:
        """Take its name, what it does, and where its progress is shown, if anywhere."""
        self.what = what
        self.child: Child | None = None
        self._name = name
        self._spinner = spinner

    def progress(self, how_far: str) -> None:
        """Tell how far it is."""
        if self._spinner:
            self._spinner.update(f"{_head(self._name, self.what).lstrip()}: {how_far}")


class View:
    """Prints to the terminal, or as plain lines, or as JSON; and writes JSON to a log."""

    def __init__(self, options: Options, only: Filter, log: TextIO) -> None:
        """Take what was asked for, which lines are wanted, and the log."""
        self.terminal = sys.stdout.isatty() and not options.json
        self._options = options
        self._feed = Feed(only)
        self._log = log
        self._sheet = Sheet()

    def title(self, text: str) -> None:
        """Begin."""
        self._print(Text(text, "bold"))

    @contextmanager
    def step(self, name: str, what: str) -> Iterator["Step"]:
        """Show a step and the seconds that it took; if it fails, the end of its child's log."""
        began = time.monotonic()
        spinner = self._options.err.status(_head(name, what).lstrip()) if self.terminal else None
        step = Step(name, what, spinner)
        try:
            with spinner or nullcontext():
                yield step
        except CommandError:
            for line in step.child.tail() if step.child else ():
                self.complain(f"  {line}")
            raise
        seconds = time.monotonic() - began
        known = {"step": name, "what": step.what, "seconds": round(seconds, 3)}
        self._print(f"{_head(name, step.what):<54}{seconds:>5.1f} s", known)

    def fact(self, name: str, what: str) -> None:
        """Show a line of the head that took no time."""
        self._print(_head(name, what), {"step": name, "what": what})

    def note(self, text: str) -> None:
        """Show what was done between events."""
        self._print(Text(f"{'':14}{text}", "dim italic"), {"note": text})

    def complain(self, text: str) -> None:
        """Say what is wrong, beside the data."""
        self._options.err.print(text, style="red")

    def records(self, records: Iterable[Record]) -> None:
        """Show what became of messages."""
        for line in self._feed.lines(records):
            self._print(self._sheet.lay(line), line)

    def text(self, text: Text | str = "", value: Any = None) -> None:
        """Show anything else; `value` stands for it where JSON is wanted."""
        self._print(text, value)

    def show(self, title: str, what: RenderableType) -> None:
        """Show a table under a title; where JSON is wanted, the commands give it."""
        if not self._options.json:
            self._options.out.print(Text(f"\n{title}", "bold"))
            self._options.out.print(what, soft_wrap=False)

    def short(self, order: str) -> str:
        """Return an order's id as it is shown."""
        return self._sheet.short(order)

    @contextmanager
    def footer(self) -> Iterator[Callable[[], None]]:
        """Show a line of counts below all else, on a terminal; the body says when they changed."""
        if not self.terminal:
            yield lambda: None
            return
        console = self._options.out
        with Live(self._counts(), console=console, auto_refresh=False, transient=True) as live:
            yield lambda: live.update(self._counts(), refresh=True)

    def _counts(self) -> Group:
        feed = self._feed
        counts = f" {feed.orders} orders  {feed.facts} facts  {feed.failures} failures"
        return Group(
            Rule(style="dim"), Text(f"{counts}   Ctrl-C ends it and leaves nothing behind")
        )

    def _print(self, text: Text | str, value: Any = None) -> None:
        if value is not None:
            self._log.write(msgspec.json.encode(value).decode() + "\n")
            self._log.flush()
        if not self._options.json:
            self._options.out.print(text)
        elif value is not None:
            self._options.print_json(value)


def _head(name: str, what: str) -> str:
    return f"  {name:<9} {what}"
