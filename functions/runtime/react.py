"""One message to one reaction: read what it asks for, run it, write what it decides."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

from events.envelope import Event, Fact, follow
from events.history import History
from functions.runtime.ports import Clock, Log, Refused
from functions.runtime.service import Consumer, Decision, Fill, On, Steps

type Outcome = Literal["done", "duplicate", "overtaken", "nothing", "unheard", "forged"]
"""How a message ended when it did not fail.

done: a fact was stated, or the reaction is one that states none. duplicate: it had been stated
before. overtaken: another fact holds the slot. nothing: there was nothing to decide yet. unheard:
of a type that this consumer does not hear. forged: the log does not hold the event.
"""


@dataclass(frozen=True, kw_only=True)
class Handled:
    """What became of a message, and the facts that it led to."""

    outcome: Outcome
    stated: tuple[Event[Any], ...] = ()


@dataclass(kw_only=True)
class Reactor:
    """Runs a consumer's reactions against a log and the outside."""

    consumer: Consumer
    log: Log
    clock: Clock
    outside: object = None

    def handle(self, event: Event[Any]) -> Handled:
        """React to one event; an exception means that it must be delivered again."""
        on = self.consumer.reaction_to(event.type)
        if on is None:
            return Handled(outcome="unheard")
        history = None
        arguments: list[Any] = [event]
        if on.history:
            history = self.log.read(event.subject)
            held = history.at(event.slot)
            if held is None or not held.same_fact(event):
                return Handled(outcome="forged")
            arguments = [held, history]
        if on.outside:
            arguments.append(self.outside)
        run = _Run(self, arguments[0], history)
        run.drive(on.react(*arguments))
        return run.handled(on)


class _Run:
    """One run of one reaction: states its facts and remembers what was found in the slots."""

    def __init__(self, reactor: Reactor, cause: Event[Any], history: History | None) -> None:
        self._reactor = reactor
        self._cause = cause
        self._known = history or History()
        self._seen = [event.sequence for event in self._known]
        self._stated: list[Event[Any]] = []
        self._last: tuple[Event[Any], Event[Any]] | None = None

    def drive(self, decided: Steps | Decision) -> None:
        if not isinstance(decided, Generator):
            if decided is not None:
                self._state(decided)
            return
        try:
            step = next(decided)
            while True:
                try:
                    held = self._state(step)
                except Refused as refused:
                    step = decided.throw(refused)
                else:
                    step = decided.send(held)
        except StopIteration as stop:
            if stop.value is not None:
                self._state(stop.value)

    def _state(self, decided: Fact | Fill) -> Event[Any]:
        fill = decided if isinstance(decided, Fill) else Fill(fact=decided)
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

    def handled(self, on: On) -> Handled:
        if self._stated:
            return Handled(outcome="done", stated=tuple(self._stated))
        if self._last is not None:
            ours, held = self._last
            return Handled(outcome="duplicate" if ours.same_fact(held) else "overtaken")
        if not on.states:
            return Handled(outcome="done")
        settled = self._known.states(*on.states)
        return Handled(outcome="duplicate" if settled else "nothing")
