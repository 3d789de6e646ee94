"""Job file: the plan, progress and end of a job, one JSON value a line.

Lines are only appended, each in one write. Whatever ends a job, the file has its progress until a
moment before, so a resumed job repeats a little and skips nothing. The file is locked while a
process works on the job: no other process does, and the job's state is known.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal

import msgspec

from functions.runtime.operating.ports import Selection
from ops.cli.errors import CommandError, ExitCode
from ops.paths import STATE
from ops.replays.estimate import Estimate

JOBS = STATE / "jobs"

TOPIC = "the topic"

type State = Literal["running", "interrupted", "done", "failed"]


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag="replay", tag_field="line"):
    """The first line: the selection and its target, which never change later.

    Without a `consumer`, the target is the topic and so all consumers.
    """

    job: str
    stage: str
    consumer: str | None
    made: datetime
    since: datetime | None
    until: datetime
    types: tuple[str, ...]
    orders: tuple[str, ...]
    rate: float
    estimate: Estimate = msgspec.field(name="census")

    @property
    def selection(self) -> Selection:
        """The events to send."""
        return Selection(since=self.since, until=self.until, types=self.types, orders=self.orders)

    @property
    def to(self) -> str:
        """The name of the target."""
        return self.consumer or TOPIC

    @property
    def command(self) -> str:
        """The beginning of the command that creates and resumes such jobs."""
        return f"fanfare replay {self.consumer}" if self.consumer else "fanfare republish"


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag="sent", tag_field="line"):
    """The total sent so far; the log was read up to `cursor`, or without one to its end."""

    at: datetime
    cursor: str | None = None
    events: int = 0
    types: dict[str, int] = {}


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended", tag_field="line"):
    """The last line of one run of the job; a later run may resume it."""

    at: datetime
    how: Literal["done", "failed", "interrupted"]
    why: str | None = None


@dataclass
class Job:
    """A job as read from its file; `torn` means that the last line is incomplete."""

    path: Path
    plan: Plan
    sent: Sent | None = None
    ended: Ended | None = None
    torn: bool = False
    _file: int | None = field(default=None, repr=False, compare=False)

    @property
    def state(self) -> State:
        """The job's state."""
        if _is_locked(self.path):
            return "running"
        return self.ended.how if self.ended else "interrupted"

    @property
    def left(self) -> int:
        """The number of estimated events that are not sent yet."""
        return max(0, self.plan.estimate.events - (self.sent.events if self.sent else 0))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the job; an incomplete last line is removed, so that the next one is valid.

        Raises:
            CommandError: another process has locked it, or changed it since it was read.
        """
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND)
        try:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError(
                    f"Job {self.plan.job} is in use by another process.", ExitCode.REFUSED
                ) from error
            if load(self.path) != self:
                raise CommandError(
                    f"Another process resumed job {self.plan.job} meanwhile: check its progress"
                    f" (fanfare jobs {self.plan.job}) and retry.",
                    ExitCode.REFUSED,
                )
            if self.torn:
                os.ftruncate(self._file, self.path.read_bytes().rfind(b"\n") + 1)
            yield
        finally:
            os.close(self._file)
            self._file = None

    def append(self, line: Sent | Ended) -> None:
        """Append a line; the job must be locked."""
        if self._file is None:
            raise RuntimeError(f"job {self.plan.job} is not locked")
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        if isinstance(line, Sent):
            self.sent, self.ended = line, None
        else:
            self.ended = line


def new_id(consumer: str | None, now: datetime) -> str:
    """Return a new job id; ids sort by consumer and time."""
    return f"{consumer or 'republish'}-{now:%Y%m%d-%H%M%S}-{token_hex(2)}"


def create(plan: Plan, folder: Path | None = None) -> Job:
    """Create a job's file with its plan; nothing is sent yet."""
    folder = folder or JOBS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.job}.jsonl"
    with path.open("xb") as file:
        file.write(msgspec.json.encode(plan) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return Job(path=path, plan=plan)


def find(job_id: str, folder: Path | None = None) -> Job:
    """Return the job with an id.

    Raises:
        CommandError: there is none, or its file is invalid.
    """
    folder = folder or JOBS
    path = folder / f"{job_id}.jsonl"
    if not re.fullmatch(r"[a-z0-9-]+", job_id) or not path.is_file():
        raise CommandError(
            f"There is no job {job_id!r} in {folder}: see `fanfare jobs`.", ExitCode.NOT_FOUND
        )
    return load(path)


def load(path: Path) -> Job:
    """Return the job in a file.

    Raises:
        CommandError: the first line is no plan, or a line before the last is invalid.
    """
    *whole, rest = path.read_bytes().split(b"\n")
    lines = [_line(raw, number, path) for number, raw in enumerate(whole, start=1)]
    if not lines:
        raise _invalid(path, "it has no complete line")
    plan, *further = lines
    if not isinstance(plan, Plan) or plan.job != path.stem:
        raise _invalid(path, "its first line is not the plan of this job")
    job = Job(path=path, plan=plan, torn=bool(rest))
    for number, line in enumerate(further, start=2):
        match line:
            case Plan():
                raise _invalid(path, f"line {number} is a second plan")
            case Sent():
                if job.sent and line.events < job.sent.events:
                    raise _invalid(path, f"line {number} has fewer events than a line before it")
                job.sent, job.ended = line, None
            case Ended():
                job.ended = line
    return job


def _line(raw: bytes, number: int, path: Path) -> Plan | Sent | Ended:
    try:
        return msgspec.json.decode(raw, type=Plan | Sent | Ended)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _invalid(path, f"line {number} is no line of a job ({error})") from error


def _invalid(path: Path, why: str) -> CommandError:
    return CommandError(
        f"{path} is not a valid job file: {why}. It is left unchanged, and nothing is sent. Start a"
        " new job instead, as sending events twice does no harm, and remove the file.",
        ExitCode.REFUSED,
    )


def _is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
