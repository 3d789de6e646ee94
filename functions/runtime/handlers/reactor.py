"""The reactor: runs the reaction to one event and writes what it decides."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import msgspec

from events.envelope import Event, Fact, follow
from events.history import History
from events.personal import blanked
from functions.framework.outcomes import Outcome
from functions.framework.ports import ChangeRefused, Clock, Log, Rows
from functions.framework.reaction import Decision, Fill, Keep, Misdeclared, On, Steps
from functions.framework.service import Consumer


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a message, and the facts that it led to."""

    outcome: Outcome
    stated: tuple[Event[Any], ...] = ()


def _no_table(name: str) -> Rows:
    raise LookupError(f"the reactor was given no table {name!r}")


@dataclass(kw_only=True)
class Reactor:
    """Runs a consumer's reactions on a log, tables of rows, and the port to the outside."""

    consumer: Consumer
    log: Log
    clock: Clock
    rows: Callable[[str], Rows] = _no_table
    outside: object = None

    def handle(self, event: Event[Any]) -> Handled:
        """Handle one event; an exception means that its message is to be retried."""
        on = self.consumer.reaction_to(event.type)
        if on is None:
            return Handled(outcome=Outcome.UNHEARD)
        history = None
        arguments: list[Any] = [event]
        if on.history:
            history = self.log.read(event.subject)
            held = history.at(event.slot)
            if held is None or not _as_logged(event, held):
                return Handled(outcome=Outcome.FORGED)
            arguments = [held, history]
        if on.outside:
            arguments.append(self.outside)
        if on.now:
            arguments.append(self.clock())
        run = _Run(self, on, arguments[0], history)
        run.drive(on.react(*arguments))
        return run.handled()


def _as_logged(event: Event[Any], held: Event[Any]) -> bool:
    """Return whether a message is the log's event, whose personal data may be erased by now."""
    return event == held or blanked(event) == held


class _Run:
    """One run of one reaction: states its facts and keeps the events that held the slots."""

    def __init__(
        self, reactor: Reactor, on: On, cause: Event[Any], history: History | None
    ) -> None:
        self._reactor = reactor
        self._on = on
        self._cause = cause
        self._known = History() if history is None else history
        self._seen = [event.sequence for event in self._known]
        self._stated: list[Event[Any]] = []
        self._last: tuple[Event[Any], Event[Any]] | None = None
        self._kept: list[bool] = []

    def drive(self, decided: Steps | Decision) -> None:
        if not isinstance(decided, Generator):
            self._end(decided)
            return
        try:
            step = next(decided)
            while True:
                try:
                    held = self._state(step)
                except ChangeRefused as refused:
                    step = decided.throw(refused)
                else:
                    step = decided.send(held)
        except StopIteration as stop:
            self._end(stop.value)

    def _end(self, decided: Decision) -> None:
        match decided:
            case None:
                return
            case Keep(table=table, rows=rows):
                kept = self._reactor.rows(table)
                self._kept += [kept.put(row) for row in rows]
            case _:
                self._state(decided)

    def _state(self, decided: Fact | Fill) -> Event[Any]:
        fill = decided if isinstance(decided, Fill) else Fill(fact=decided)
        self._check(fill.fact)
        ours = follow(
            self._cause,
            fill.fact,
            source=self._reactor.consumer.name,
            now=self._reactor.clock(),
            seen=self._seen,
            slot=fill.slot,
        )
        held = self._reactor.log.append(ours, fill.changes)
        if held == ours:
            self._stated.append(held)
        self._seen.append(held.sequence)
        self._last = (ours, held)
        return held

    def _check(self, fact: object) -> None:
        """Refuse what is no fact, or a fact that the row does not allow.

        Raises:
            Misdeclared: the message names the reaction and the remedy.
        """
        name = self._reactor.consumer.name
        reaction = f"{name}: the reaction to {self._cause.type}"
        kind = type(fact).__name__
        if not isinstance(fact, Fact):
            raise Misdeclared(f"{reaction} returned a {kind}; return a fact, Fill, Keep or None")
        if name not in fact.sources:
            raise Misdeclared(
                f"{reaction} states {kind}, which only {', '.join(fact.sources)} may state"
            )
        if not self._on.states:
            raise Misdeclared(
                f"{reaction} states {kind}, but its row grants no write to the log: add"
                f" states=({kind},) to its On in functions/{name}/service.py"
            )

    def handled(self) -> Handled:
        if self._stated:
            return Handled(outcome=Outcome.DONE, stated=tuple(self._stated))
        if self._last is not None:
            ours, held = self._last
            return Handled(outcome=Outcome.DUPLICATE if ours.same_fact(held) else Outcome.OVERTAKEN)
        if self._kept:
            return Handled(outcome=Outcome.DONE if any(self._kept) else Outcome.DUPLICATE)
        if not self._on.states:
            return Handled(outcome=Outcome.DONE)
        ended = self._on.ended(self._known)
        return Handled(outcome=Outcome.DUPLICATE if ended else Outcome.NOTHING)
