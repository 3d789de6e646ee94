"""The functions' logs, read as they grow: each line once, all services merged by time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

from functions.map import SERVICES
from ops.cli.options import LOCAL
from ops.logs.record import Record, parse
from ops.stage.aws_errors import missing
from ops.stage.connection import Connection

NO_NOISE = '-"_aws" -"RequestId:"'
"""Leaves out metrics and Lambda's own lines; whatever passes is filtered again here."""

FULL = 10_000
"""The most events in one answer."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a log is followed, in seconds.

    It is asked `every` so often, a line may turn up as `late` as this, and is held back for `hold`
    so that older lines of other services come before it.
    """

    every: float
    late: float
    hold: float


HERE = Pace(every=0.2, late=2, hold=0.1)
AWS = Pace(every=2, late=60, hold=2)
"""FilterLogEvents is throttled by account and region, and lines take a while to arrive."""


class Watch:
    """Follows the logs of some services from a moment on."""

    def __init__(
        self,
        logs: Any,
        groups: Mapping[str, str],
        *,
        since: float,
        until: float | None = None,
        pace: Pace,
        pattern: str = NO_NOISE,
    ) -> None:
        """Take a CloudWatch Logs client, log groups by service, and from when (Unix seconds)."""
        self.pace = pace
        self._logs = logs
        self._groups = groups
        self._start = int(since * 1000)
        self._fixed: dict[str, Any] = {"filterPattern": pattern}
        if until is not None:
            self._fixed["endTime"] = int(until * 1000)
        self._seen: dict[tuple[str, str, int], int] = {}
        self._held: list[tuple[float, int, Record]] = []
        self._number = count()

    def poll(self, now: float, *, flush: bool = False) -> list[Record]:
        """Return what is new and old enough, by time; with `flush` all that is known.

        A log that is gone has nothing more to tell: its service was retired meanwhile.

        Raises:
            Exception: what AWS said, if none of the logs is there, or if anything else is wrong.
        """
        _there(self._groups, lambda service: self._read(service, self._groups[service]))
        horizon = int((now - self.pace.late) * 1000)
        self._start = max(self._start, horizon)
        self._seen = {key: at for key, at in self._seen.items() if at >= self._start}
        ready: list[Record] = []
        while self._held and (flush or self._held[0][0] <= now - self.pace.hold):
            ready.append(heappop(self._held)[2])
        return ready

    def _read(self, service: str, group: str) -> None:
        request = self._fixed | {"logGroupName": group, "startTime": self._start}
        while True:
            answer = self._logs.filter_log_events(**request)
            for event in answer["events"]:
                key = (event["logStreamName"], event["message"], event["timestamp"])
                if key in self._seen:
                    continue
                self._seen[key] = event["timestamp"]
                record = parse(event["message"], service=service, logged=event["timestamp"])
                if record is not None:
                    heappush(self._held, (record.time.timestamp(), next(self._number), record))
            if answer.get("nextToken"):
                request["nextToken"] = answer["nextToken"]
            elif (
                len(answer["events"]) == FULL
                and answer["events"][-1]["timestamp"] > request["startTime"]
            ):
                # The local cloud ends a full answer without a token.
                request["startTime"] = answer["events"][-1]["timestamp"]
            else:
                return


def watch(
    connection: Connection, *, since: float, until: float | None = None, order: str | None = None
) -> Watch:
    """Return a watch over all functions of a stage, or over what they say of one order.

    A service that is in the map and not on the stage was retired there, or is yet to come.

    Raises:
        Exception: what AWS said, if none of them is there, or if anything else is wrong.
    """
    return Watch(
        connection.client("logs"),
        _there([service.name for service in SERVICES], connection.log_group),
        since=since,
        until=until,
        pace=HERE if connection.stage == LOCAL else AWS,
        pattern=f'"{order}"' if order else NO_NOISE,
    )


def _there[T](services: Iterable[str], look: Callable[[str], T]) -> dict[str, T]:
    """Return what looking at each service gives, but for those that AWS does not have."""
    found: dict[str, T] = {}
    absent: Exception | None = None
    for service in services:
        try:
            found[service] = look(service)
        except Exception as error:
            if not missing(error):
                raise
            absent = error
    if absent is not None and not found:
        raise absent
    return found
