"""`fanfare tour`: show each step, run its commands, and undo what an early end leaves."""

import re
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from textwrap import fill

import msgspec
from rich.text import Text

from events.contracts.checkout import OrderPlaced
from ops.cli.app import app
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.stage import local_run
from ops.stage.connection import Connection
from ops.tour.shop import PlacedOrder, abridged, ask, place
from ops.tour.steps import PLACE, STEPS, Line, Step

WIDTH = 78
SHORT = 8
"""Characters of an order's id in the commands."""

_NAMES = re.compile(r"\b(API|CORRELATION|ID|KEY|ORDER)\b")


def tour(connection: Connection, options: Options, number: int | None, *, yes: bool) -> ExitCode:
    """Run all steps, or one; on a terminal each waits for Enter, unless `yes`.

    It returns `FAILED` if a command ended in another way than the step declares.
    """
    guide = Guide(connection, options, waits=sys.stdin.isatty() and not yes)
    for each, step in enumerate(STEPS, start=1):
        if number in (None, each):
            guide.run(step, f"{each} of {len(STEPS)}")
    return ExitCode.FAILED if guide.unexpected else ExitCode.DONE


def validate(options: Options, number: int | None) -> None:
    """Check the stage and the number of the step.

    Raises:
        CommandError: the stage is not the local one, or there is no such step.
    """
    if options.stage != LOCAL:
        raise CommandError(
            f"The tour is for stage {LOCAL}, not {options.stage}: it places orders and empties a"
            " read model. Leave out --stage, or unset FANFARE_STAGE.",
            ExitCode.USAGE,
        )
    if number is not None and not 1 <= number <= len(STEPS):
        raise CommandError(
            f"There is no step {number}; the steps are {', '.join(titles())}.", ExitCode.USAGE
        )


def titles() -> list[str]:
    """Return the numbers and titles of all steps."""
    return [f"{number} {step.title.lower()}" for number, step in enumerate(STEPS, start=1)]


class Guide:
    """Runs steps; `waits` is whether each waits for Enter."""

    def __init__(self, connection: Connection, options: Options, *, waits: bool) -> None:
        self.unexpected = 0
        self._connection = connection
        self._options = options
        self._out = options.err if options.json else options.out
        self._waits = waits
        self._order: PlacedOrder | None = None

    def run(self, step: Step, number: str) -> None:
        """Show a step and run its lines."""
        self._print(f"\n{number}  {step.title}", "bold")
        self._print(fill(step.text, WIDTH))
        if self._waits:
            for line in step.lines:
                self._print(f"    {line.command}", "dim")
            self._print("Enter runs this, Ctrl-C ends the tour. ", end="")
            input()
        with self._undone() as undo:
            for line in step.lines:
                if line.undo:
                    undo.append(line.undo)
                self._run(line)
                undo[:] = [each for each in undo if not line.command.startswith(each)]
        self._print("\n" + fill(f"Look: {step.look}", WIDTH), "italic")

    @contextmanager
    def _undone(self) -> Iterator[list[str]]:
        """Run the commands that are left in a list at the end; Ctrl-C does not end that."""
        left: list[str] = []
        try:
            yield left
        finally:
            if left:
                before = signal.signal(signal.SIGINT, signal.SIG_IGN)
                try:
                    self._undo(left)
                finally:
                    signal.signal(signal.SIGINT, before)

    def _undo(self, commands: Sequence[str]) -> None:
        for command in reversed(commands):
            try:
                self._run(Line(command))
            except CommandError as error:
                self._options.err.print(f"fanfare: {error}")

    def _run(self, line: Line) -> None:
        command = self._filled(line.command)
        self._print(f"\n$ {command}", "cyan")
        code = self._execute(shlex.split(command))
        if code is not line.code:
            self.unexpected += 1
            self._options.err.print(
                f"This should have ended with exit code {line.code:d}, and did with {code:d}.",
                style="red",
            )

    def _execute(self, words: Sequence[str]) -> ExitCode:
        if words == shlex.split(PLACE):
            self._order = place(lambda: _command(words, replace(self._options, json=True)))
            self._print(abridged(msgspec.to_builtins(self._order)))
            return ExitCode.DONE
        if words[0] == "curl":
            for line in ask(_api(), self._placed):
                self._print(line)
            return ExitCode.DONE
        return _command(words, self._options)

    @property
    def _placed(self) -> PlacedOrder:
        if self._order is None:
            raise CommandError("The step has placed no order yet.")
        return self._order

    def _filled(self, command: str) -> str:
        return _NAMES.sub(lambda found: self._value(found[0]), command)

    def _value(self, name: str) -> str:
        match name:
            case "API":
                return _api()
            case "KEY":
                return self._placed.idempotency_key
            case "CORRELATION":
                placed = self._connection.log().read(self._placed.id).find(OrderPlaced)
                return placed.correlationid if placed else name
            case "ORDER":
                return self._placed.id
            case _:
                return self._placed.id[:SHORT]

    def _print(self, text: str, style: str = "", end: str = "\n") -> None:
        self._out.print(Text(text, style), end=end)


def _command(words: Sequence[str], options: Options) -> ExitCode:
    """Run a command of `fanfare` by its function."""
    function, bound, _ = app.parse_args(list(words[1:]))
    return ExitCode(function(*bound.args, **bound.kwargs, options=options))


def _api() -> str:
    return str(local_run.live_runs()[0].api)
