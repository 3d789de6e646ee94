"""What a replay meets, played: time that passes when one sleeps, a queue that may refuse."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from events import codec
from events.envelope import Event
from functions.framework.ports import Message
from ops.replays.pace import Pace
from tests.support.builders import Clock


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.clock = Clock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.clock.now += timedelta(seconds=seconds)

    def pace(self, rate: float) -> Pace:
        return Pace(rate, clock=self, sleep=self.sleep)


class Queue:
    """Keeps what it is sent. `refuses` says of an id how often it is not taken; `breaks` at which
    call an error comes, which may come after the messages were taken."""

    def __init__(self, time: Time | None = None) -> None:
        self.calls: list[tuple[float, list[str]]] = []
        self.taken: list[Event[Any]] = []
        self.jobs: set[str] = set()
        self.refuses: dict[str, int] = {}
        self.breaks: dict[int, BaseException] = {}
        self.waits = [0]
        self._time = time or Time()

    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        assert 0 < len(messages) <= 10
        self.jobs.add(job)
        self.calls.append((self._time.now, [message.id for message in messages]))
        answers = []
        for message in messages:
            left = self.refuses.get(message.id, 0)
            self.refuses[message.id] = left - 1
            answers.append("Busy" if left > 0 else "")
            if left <= 0:
                self.taken.append(codec.decode(message.body))
        error = self.breaks.pop(len(self.calls), None)
        if error:
            raise error
        return answers

    def waiting(self) -> int:
        return self.waits.pop(0) if len(self.waits) > 1 else self.waits[0]

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.taken]
