"""Observers: one structured log line per record, and its metrics (EMF)."""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Any, Protocol, override

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from functions.framework.outcomes import METRICS
from functions.framework.ports import SafeToLog
from functions.runtime.settings import PACKAGE

ROOT = Path(__file__).parents[3]
_HERE = f"{ROOT}{os.sep}"
_OURS = tuple(
    f"{ROOT / part}{os.sep}" for part in ("functions", "events", os.environ.get(PACKAGE)) if part
)
"""Folders of our own code; in a function, the package of another repository is beside them."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
NO_IDENTIFIER = "no-identifier"


class Observer(Protocol):
    """Receives the outcome of every record and request."""

    def record(self, outcome: str, **fields: Any) -> None:
        """Record an outcome with its fields; they must not hold a payload."""
        ...

    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        """Add to a metric of this service."""
        ...

    def flush(self) -> None:
        """Write the metrics of this invocation."""
        ...


class LogObserver(Observer):
    """Writes JSON lines and EMF to the function's log, with the service's name."""

    def __init__(self, service: str) -> None:
        self._logger = Logger(service=service, level="INFO", location=None)
        self._metrics = EphemeralMetrics(namespace=METRICS, service=service)

    @override
    def record(self, outcome: str, **fields: Any) -> None:
        """Write a line; with the field `error` it is a warning."""
        log = self._logger.warning if "error" in fields else self._logger.info
        log(outcome, outcome=outcome, **fields)
        self.count(outcome.title())

    @override
    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        unit = MetricUnit.Milliseconds if millis else MetricUnit.Count
        self._metrics.add_metric(name=metric, unit=unit, value=value)

    @override
    def flush(self) -> None:
        if self._metrics.metric_set:
            self._metrics.flush_metrics()


def identifier(text: str) -> str:
    """Return an id if it has the form of ours; any other text must not be logged."""
    return text if _IDENTIFIER.fullmatch(text) else NO_IDENTIFIER


def failure(error: BaseException) -> dict[str, str]:
    """Return what may be logged of an error: its class, its place and a fingerprint to group by.

    The fingerprint is a hash of the class and of the innermost frame in our own code. The message
    is left out because it may quote a payload, except of an error that is `SafeToLog`: its message
    is `detail`.
    """
    frames = [
        f"{code.co_filename.removeprefix(_HERE).replace(os.sep, '/')}:{code.co_name}"
        for code in _codes(error)
        if code.co_filename.startswith(_OURS)
    ]
    where = frames[-1] if frames else "elsewhere"
    name = type(error).__name__
    detail = {"detail": str(error)} if isinstance(error, SafeToLog) else {}
    return detail | {
        "error": name,
        "at": where,
        "fingerprint": sha256(f"{name} {where}".encode()).hexdigest()[:8],
    }


def _codes(error: BaseException) -> Iterator[CodeType]:
    """Yield the code objects of a traceback; the module `traceback` would read source files."""
    at = error.__traceback__
    while at is not None:
        yield at.tb_frame.f_code
        at = at.tb_next
