"""Deliveries of a story: settled, paused, repeated and replayed; calls that are to fail."""

from collections.abc import Collection
from random import Random
from typing import Any

from events.envelope import Event
from functions.framework.ports import Message
from functions.runtime.aws.items import to_item, to_message
from functions.runtime.operating.ports import Selection, every_page
from testkit.builders import Clock
from testkit.port_calls import Failure, PortCalls
from testkit.results import Results
from testkit.world import World


class Deliveries(Results):
    """The messages of a story, which are delivered by `settle` only."""

    def __init__(self, world: World, calls: PortCalls, clock: Clock) -> None:
        super().__init__(world, calls, clock)
        self._paused: set[str] = set()

    def settle(self, seed: int | None = None) -> None:
        """Deliver until every queue is empty or paused; failed messages come again at once.

        With a `seed`, queues and messages are taken in a random order that follows from it.

        Raises:
            AssertionError: a failure that was asked for did not come, or a service made a call of a
                table that its declaration does not grant.
        """
        random = None if seed is None else Random(seed)
        begun = len(self._world.observer.lines)
        while self._world.step(random):
            pass
        for line in self._world.observer.lines[begun:]:
            if "error" in line:  # pytest shows what is printed if the test fails
                print(*(f"{name}={value}" for name, value in line.items()))
        self._check_calls(self._paused)

    def pause(self, consumer: str) -> None:
        """Deliver nothing to a consumer; its messages wait."""
        self._consumer(consumer)
        self._paused.add(consumer)
        self._world.set_paused(consumer, paused=True)

    def resume(self, consumer: str) -> None:
        """Deliver to a consumer again."""
        self._consumer(consumer)
        self._paused.discard(consumer)
        self._world.set_paused(consumer, paused=False)

    def fail(
        self,
        service: str,
        call: str,
        *,
        times: int = 1,
        error: Exception | None = None,
        answer_lost: bool = False,
    ) -> None:
        """Let the next calls of a service's port raise `error`, by default a TimeoutError.

        A call is named as `log.append`, `rows.put` or, with a method of the port to the outside,
        `outside.print`. With `answer_lost` it has its effect before it raises.

        Raises:
            LookupError: there is no such service, port or method.
            ValueError: `times` is less than 1.
        """
        self._known(service)
        if times < 1:
            raise ValueError(f"times must be at least 1, not {times}")
        raised = error or TimeoutError(f"a test let {call} fail")
        self._calls.fail(Failure(service, call, raised, times, times, answer_lost))

    def send(self, consumer: str, *events: Event[Any]) -> None:
        """Send events to one consumer's queue, past the topic, in the given order."""
        self._consumer(consumer)
        self._world.resend(consumer, [to_message(to_item(event)) for event in events])

    def duplicate(self, consumer: str) -> int:
        """Send all past messages of a consumer again, the last first; return their number."""
        past = self._past(consumer)
        self._world.resend(consumer, past[::-1])
        return len(past)

    def replay(self, consumer: str) -> int:
        """Send the past to a consumer as `fanfare replay` does; return the number of events.

        Raises:
            ValueError: its row does not allow it.
        """
        if not self._consumer(consumer).replayable:
            raise ValueError(f"{consumer} is not replayable=True, so the past is not sent to it")
        self._world.resend(consumer, past := self._past(consumer))
        return len(past)

    def _check_access(self) -> None:
        assert not self._calls.denied, self._calls.denied[0]

    def _check_calls(self, paused: Collection[str] = ()) -> None:
        self._check_access()
        unmet = "; ".join(map(str, self._calls.unmet(paused)))
        assert not unmet, unmet

    def _past(self, consumer: str) -> list[Message]:
        """Return the messages of all events to which a consumer subscribes."""
        types = self._consumer(consumer).subscribed_types
        pages = every_page(self._world.operated_log, Selection(types=types, settled=True))
        return [message for page in pages for message in page.messages]
