"""Watch over one consumer: its attempts on each event, and the invariants that its row declares."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent

from events.envelope import Event
from functions.framework.outcomes import Outcome
from functions.framework.ports import MailUnavailable, Row
from functions.framework.reaction import Misdeclared
from functions.framework.service import Consumer
from simulation.attempt import Actions, Attempt
from simulation.calls import Unavailable
from simulation.contents import changes, contents
from simulation.invariants import consumers
from simulation.invariants.violation import (
    Violation,
    functions_fail_only_with_their_calls,
    reactions_return_what_their_rows_declare,
)
from simulation.places import place_of
from simulation.process_memory import Processes
from simulation.projection import ProjectionCheck
from simulation.proofs import NO_PROOF, proof_of
from simulation.scheduler import Scheduler
from simulation.state import ShopState
from simulation.worker import Thread


class Watch:
    """Notes what a consumer does, and checks what holds for any consumer.

    It is `close` for a consumer without a proof of its own, or one that the world aims at: then
    every attempt is noted for the report, its effects are checked, its processes have memories of
    their own, and its projection is checked after each change.
    """

    def __init__(
        self, consumer: Consumer, shop: ShopState, scheduler: Scheduler, *, aimed: bool
    ) -> None:
        self.consumer = consumer
        self.proof = proof_of(consumer)
        self.close = aimed or self.proof is NO_PROOF
        self.actions = Actions(lambda: scheduler.now)
        self.processes = Processes(consumer, scheduler.draws) if self.close else None
        self.replaying: Attempt | None = None
        self._shop = shop
        self._done: set[tuple[str, str]] = set()
        self._ended: set[str] = set()
        self._attempts: defaultdict[str, list[Attempt]] = defaultdict(list)
        declared = self.proof.outside.error
        self._errors = (Unavailable, MailUnavailable, *((declared,) if declared else ()))
        self._projection = ProjectionCheck(consumer, shop) if self.close else None

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that is running now."""
        thread = getcurrent()
        return thread.worker.attempt if isinstance(thread, Thread) else self.replaying

    def begin(self, event: Event[Any], name: str) -> Attempt:
        """Note that an attempt on an event begins."""
        attempt = Attempt(event=event, name=name, late=event.id in self._ended)
        if self.consumer.effects:
            self._attempts[event.id].append(attempt)
        return attempt

    def end(self, attempt: Attempt, outcome: Outcome) -> None:
        """Note that an attempt ended well.

        Raises:
            Violation: other attempts on the event used other keys outside.
        """
        self._ended.add(attempt.event.id)
        self.actions.note(attempt, f"ended well ({outcome})")
        for method in self.consumer.effects:
            used = [each.keys.get(method, set()) for each in self._attempts[attempt.event.id]]
            if len(set().union(*used)) > max(map(len, used)):
                raise Violation(
                    consumers.attempts_share_their_keys,
                    attempt.name,
                    detail=f"{method} was called with {' and '.join(sorted(set().union(*used)))}",
                )

    def effect(self, method: str, arguments: str, key: str | None, attempt: Attempt) -> None:
        """Note an effect outside, just before it occurs.

        Raises:
            Violation: it has no key, and the event was handled to its end before.
        """
        self.actions.note(attempt, f"{method}({arguments}) outside")
        if method not in self.consumer.effects:
            return
        if key is not None:
            attempt.keys.setdefault(method, set()).add(key)
        elif attempt.late:
            raise Violation(
                consumers.a_handled_event_acts_no_more,
                attempt.name,
                detail=f"{method}({arguments}) was called again",
            )

    def once(self, method: str, key: str, effect: Callable[[], Any], attempt: Attempt) -> Any:
        """Make a call with a key, whose effect on the consumer's own tables must not be repeated.

        Raises:
            Violation: a repeated call with the same key changed a table.
        """
        before = contents(self.consumer, self._shop)
        answer = effect()
        changed = next(changes(before, contents(self.consumer, self._shop)), None)
        if changed and (method, key) in self._done:
            raise Violation(consumers.a_repeated_call_changes_nothing, attempt.name, detail=changed)
        self._done.add((method, key))
        return answer

    def port_raised(self, error: Exception, attempt: Attempt) -> None:
        """Note an error that the consumer's port raised by itself."""
        if self.proof.outside.error is None:
            attempt.raised.append(error)

    def row_written(self, table: str, row: Row) -> None:
        """Check a row that was written."""
        attempt = self.attempt
        if self.close and attempt is not None:
            self.actions.note(attempt, f"wrote {table} {_in_words(row)}")
        if self._projection is not None:
            self._projection.row_written(table, row, attempt.event.subject if attempt else "")

    def event_handled(self, order: str) -> None:
        """Check the consumer's row of an order of which it has handled an event."""
        if self._projection is not None:
            self._projection.event_handled(order)

    def close_processes(self) -> None:
        """Let code see what it saw before the world began."""
        if self.processes is not None:
            self.processes.restore()

    def check_failure(self, error: Exception, about: str, attempt: Attempt | None) -> None:
        """Accept an error that follows from one that a port raised.

        Raises:
            Violation: the consumer's own code failed.
        """
        raised = attempt.raised if attempt else []
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, self._errors) or any(cause is each for each in raised):
                if self.close and attempt is not None:
                    self.actions.note(attempt, f"failed ({error}), to be retried")
                return
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, Misdeclared):
            raise Violation(reactions_return_what_their_rows_declare, about, error) from error
        where = place_of(self.consumer, error)
        raise Violation(functions_fail_only_with_their_calls, about, error, where) from error


def _in_words(row: Row) -> str:
    values = ", ".join(f"{name} = {value}" for name, value in row.values.items())
    return f"({row.partition}, {row.sort}): {values}"
