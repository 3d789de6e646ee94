"""Follow the functions' logs: each line once, all services merged by time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

from functions.map import SERVICES
from ops.cli.options import LOCAL
from ops.logs.record import LogRecord, parse
from ops.stage.aws_errors import denied, missing
from ops.stage.connection import Connection

NO_NOISE = '-"_aws" -"RequestId:"'
"""Excludes metrics and Lambda's own lines; other lines are filtered again by the parser."""

FULL = 10_000
"""The most events in one answer."""


@dataclass(frozen=True, kw_only=True)
class PollTiming:
    """The timing of polls, in seconds.

    A log is polled `every` so often. A line may arrive `late` by as much, and is held for `hold`
    so that older lines of other services come before it. New functions are looked for `find` so
    often; the lines that they wrote before are not late then.
    """

    every: float
    late: float
    hold: float
    find: float


LOCAL_TIMING = PollTiming(every=0.2, late=2, hold=0.1, find=1)
AWS_TIMING = PollTiming(every=2, late=60, hold=2, find=30)
"""FilterLogEvents is throttled by account and region, and lines take a while to arrive."""


class Watch:
    """Follows the logs of some services from a time on.

    Args:
        logs: a client of CloudWatch Logs.
        groups: log groups by service.
        find: returns the log groups that exist by now.
        since: the start, in Unix seconds.
        until: the end, in Unix seconds.
        pattern: the filter pattern of FilterLogEvents.
    """

    def __init__(
        self,
        logs: Any,
        groups: Mapping[str, str],
        *,
        since: float,
        until: float | None = None,
        timing: PollTiming,
        pattern: str = NO_NOISE,
        find: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.timing = timing
        self._logs = logs
        self._groups = dict(groups)
        self._find = find
        self._found = since
        self._start = int(since * 1000)
        self._fixed: dict[str, Any] = {"filterPattern": pattern}
        if until is not None:
            self._fixed["endTime"] = int(until * 1000)
        self._seen: dict[tuple[str, str, int], int] = {}
        self._held: list[tuple[float, int, LogRecord]] = []
        self._number = count()

    def poll(self, now: float, *, flush: bool = False) -> list[LogRecord]:
        """Return new records that are old enough, by time; with `flush` all new records.

        A service that was deployed meanwhile is followed as well. A log that no longer exists is
        skipped: its service was retired.

        Raises:
            Exception: AWS's error, if none of the logs exists, or for any other reason.
        """
        if now - self._found >= self.timing.find:
            self._found = now
            self._groups |= self._find()
        _existing(self._groups, lambda service: self._read(service, self._groups[service]))
        horizon = int((now - self.timing.late) * 1000)
        self._start = max(self._start, horizon)
        self._seen = {key: at for key, at in self._seen.items() if at >= self._start}
        ready: list[LogRecord] = []
        while self._held and (flush or self._held[0][0] <= now - self.timing.hold):
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
    connection: Connection, *, since: float, until: float | None = None, term: str | None = None
) -> Watch:
    """Return a watch over the logs of all functions of a stage, or of their lines with a term.

    A term is the whole id of an order, or a correlation id.

    A service of the map that the stage lacks was retired, or is not deployed yet.

    Raises:
        Exception: AWS's error, if no function exists, or for any other reason.
    """
    return Watch(
        connection.client("logs"),
        _existing([service.name for service in SERVICES], connection.log_group),
        since=since,
        until=until,
        timing=LOCAL_TIMING if connection.stage == LOCAL else AWS_TIMING,
        pattern=f'"{term}"' if term else NO_NOISE,
        find=lambda: _deployed(connection),
    )


def _deployed(connection: Connection) -> Mapping[str, str]:
    """Return all log groups of a stage, or none if these credentials may not list functions."""
    try:
        return connection.log_groups()
    except Exception as error:
        if not denied(error):
            raise
        return {}


def _existing[T](services: Iterable[str], call: Callable[[str], T]) -> dict[str, T]:
    """Return the result of a call for each service, without those that AWS does not have."""
    found: dict[str, T] = {}
    absent: Exception | None = None
    for service in services:
        try:
            found[service] = call(service)
        except Exception as error:
            if not missing(error):
                raise
            absent = error
    if absent is not None and not found:
        raise absent
    return found
