"""Replay of everything to one consumer in a world at rest; it must change nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, override

from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Change, Log
from functions.runtime.main import Dependencies, compose_reactor
from simulation.attempt import Attempt
from simulation.contents import changes, contents
from simulation.draws import Draws
from simulation.invariants import consumers
from simulation.invariants.violation import Violation
from simulation.process_memory import Process
from simulation.state import ShopState
from simulation.watch import Watch

NAME = "the replay at the end"


class _NotingLog(Log):
    """The log, which notes the facts that a reaction wants to append."""

    def __init__(self, log: Log) -> None:
        self.decided: list[Fact] = []
        self._log = log

    @override
    def read(self, subject: str) -> History:
        return self._log.read(subject)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        self.decided.append(event.data)
        return self._log.append(event, changes)


class Replay:
    """Sends a replayable consumer all events again, in another order and in new processes."""

    def __init__(self, watch: Watch, shop: ShopState, given: Dependencies, draws: Draws) -> None:
        self._watch = watch
        self._shop = shop
        self._given = given
        self._draws = draws

    def run(self) -> None:
        """Replay everything.

        Raises:
            Violation: that changes a row or a fact, or a decision depends on the process.
        """
        events = self._events()
        alone = {event.id: self._decided(event) for event in events}
        drawn = {event.id for event in events if self._decided(event) != alone[event.id]}
        with self._in(self._new_process()):
            for event in events:
                decided = self._handle(event)
                if event.id not in drawn and decided != alone[event.id]:
                    detail = f"{decided} instead of {alone[event.id]}"
                    raise Violation(consumers.a_decision_needs_no_memory, event.id, detail=detail)

    def _events(self) -> Sequence[Event[Any]]:
        """Return all events that the consumer subscribes to, in an order that the seed decides."""
        types, log = self._watch.consumer.subscribed_types, self._shop.log
        found = [each for order in log.orders() for each in log.read(order) if each.type in types]
        return sorted(found, key=lambda event: self._draws.draw(f"replay {event.id}"))

    def _decided(self, event: Event[Any]) -> list[Fact]:
        """Return what a new process decides on an event."""
        with self._in(self._new_process()):
            return self._handle(event)

    def _handle(self, event: Event[Any]) -> list[Fact]:
        watch, shop = self._watch, self._shop
        log = _NotingLog(self._given.log)
        given = replace(self._given, log=log, make_reactor=None)
        reactor = compose_reactor(watch.consumer, given)
        before, facts = contents(watch.consumer, shop), shop.log.facts
        attempt = watch.replaying = Attempt(event=event, name=NAME)
        try:
            reactor.handle(event)
        except Exception as error:  # noqa: BLE001  no call fails here, so it is the consumer's own
            watch.check_failure(error, event.id, attempt)
        finally:
            watch.replaying = None
        if shop.log.facts != facts:
            detail = f"it stated {' and '.join(type(fact).__name__ for fact in log.decided)}"
            raise Violation(consumers.a_replay_changes_nothing, event.id, detail=detail)
        changed = next(changes(before, contents(watch.consumer, shop)), None)
        if changed and not watch.proof.replay_changes_rows:
            raise Violation(consumers.a_replay_changes_nothing, event.id, detail=changed)
        return log.decided

    def _new_process(self) -> Process | None:
        return self._watch.processes.new() if self._watch.processes is not None else None

    @contextmanager
    def _in(self, process: Process | None) -> Iterator[None]:
        if process is not None:
            process.enter()
        yield
        if process is not None:
            process.leave()
