"""Fake time: it passes only in `sleep`, for a monotonic clock and for one with dates."""

from datetime import timedelta

from ops.replays.pace import Pace
from testkit.builders import Clock


class Time:
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
