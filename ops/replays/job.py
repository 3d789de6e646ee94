"""A job's file: what it is about, how far it came and how it ended, one JSON value a line.

Lines are only ever added, each in one write: whatever ends a job, the file tells at least what was
done until a moment before, and who goes on from there repeats a little and leaves out nothing. The
file is locked while somebody works on the job, so that nobody else does, and its state is known.
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
from ops.replays.estimate import Census

JOBS = STATE / "jobs"

TOPIC = "the topic"

type State = Literal["running", "interrupted", "done", "failed"]


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag="replay", tag_field="line"):
    """The first line: what is to be sent to whom; nothing of it is decided later.

    Without a `consumer` it goes to the topic, and so to all of them.
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
    census: Census

    @property
    def selection(self) -> Selection:
        """The events that are meant."""
        return Selection(since=self.since, until=self.until, types=self.types, orders=self.orders)

    @property
    def to(self) -> str:
        """Whom it is for, in words."""
        return self.consumer or TOPIC

    @property
    def command(self) -> str:
        """How the command line begins that makes such jobs, and goes on with them."""
        return f"fanfare replay {self.consumer}" if self.consumer else "fanfare republish"


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag="sent", tag_field="line"):
    """So much was sent in all, and the log was read up to `cursor`, or to its end."""

    at: datetime
    cursor: str | None = None
    events: int = 0
    types: dict[str, int] = {}


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended", tag_field="line"):
    """The last line of one run of the job; another may go on after it."""

    at: datetime
    how: Literal["done", "failed", "interrupted"]
    why: str | None = None


@dataclass
class Job:
    """A job as its file tells of it. `torn` says that the last line had been written in part."""

    path: Path
    plan: Plan
    sent: Sent | None = None
    ended: Ended | None = None
    torn: bool = False
    _file: int | None = field(default=None, repr=False, compare=False)

    @property
    def state(self) -> State:
        """What became of it."""
        if _locked(self.path):
            return "running"
        return self.ended.how if self.ended else "interrupted"

    @property
    def left(self) -> int:
        """How many of the counted events are yet to be sent."""
        return max(0, self.plan.census.events - (self.sent.events if self.sent else 0))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Hold the job; a torn last line is cut off, so that the next one is whole.

        Raises:
            CommandError: somebody else works on it, or did since it was read.
        """
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND)
        try:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError(
                    f"Job {self.plan.job} is being worked on by another process.", ExitCode.REFUSED
                ) from error
            if load(self.path) != self:
                raise CommandError(
                    f"Somebody else went on with job {self.plan.job} meanwhile: see how far it is"
                    f" (fanfare jobs {self.plan.job}), and say it again.",
                    ExitCode.REFUSED,
                )
            if self.torn:
                os.ftruncate(self._file, self.path.read_bytes().rfind(b"\n") + 1)
            yield
        finally:
            os.close(self._file)
            self._file = None

    def note(self, line: Sent | Ended) -> None:
        """Add a line; only while at work."""
        if self._file is None:
            raise RuntimeError(f"nobody is at work on {self.plan.job}")
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        if isinstance(line, Sent):
            self.sent, self.ended = line, None
        else:
            self.ended = line


def new_id(consumer: str | None, now: datetime) -> str:
    """Return an id for a job: ids sort by consumer and time."""
    return f"{consumer or 'republish'}-{now:%Y%m%d-%H%M%S}-{token_hex(2)}"


def create(plan: Plan, folder: Path | None = None) -> Job:
    """Write a job's first line; nothing is done yet."""
    folder = folder or JOBS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.job}.jsonl"
    with path.open("xb") as file:
        file.write(msgspec.json.encode(plan) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return Job(path=path, plan=plan)


def find(name: str, folder: Path | None = None) -> Job:
    """Return the job of that name.

    Raises:
        CommandError: there is none, or its file cannot be trusted.
    """
    folder = folder or JOBS
    path = folder / f"{name}.jsonl"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise CommandError(
            f"There is no job {name!r} in {folder}: see `fanfare jobs`.", ExitCode.NOT_FOUND
        )
    return load(path)


def load(path: Path) -> Job:
    """Return the job in a file.

    Raises:
        CommandError: it has no first line, or a line before the last is none of a job's.
    """
    *whole, rest = path.read_bytes().split(b"\n")
    lines = [_line(raw, number, path) for number, raw in enumerate(whole, start=1)]
    if not lines:
        raise _distrusted(path, "it has no whole line")
    plan, *further = lines
    if not isinstance(plan, Plan) or plan.job != path.stem:
        raise _distrusted(path, "its first line is not the plan of this job")
    job = Job(path=path, plan=plan, torn=bool(rest))
    for number, line in enumerate(further, start=2):
        match line:
            case Plan():
                raise _distrusted(path, f"line {number} is a second plan")
            case Sent():
                if job.sent and line.events < job.sent.events:
                    raise _distrusted(path, f"line {number} has sent less than one before it")
                job.sent, job.ended = line, None
            case Ended():
                job.ended = line
    return job


def _line(raw: bytes, number: int, path: Path) -> Plan | Sent | Ended:
    try:
        return msgspec.json.decode(raw, type=Plan | Sent | Ended)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _distrusted(path, f"line {number} is none of a job's ({error})") from error


def _distrusted(path: Path, why: str) -> CommandError:
    return CommandError(
        f"{path} is not to be trusted: {why}. It is left as it is, and nothing is sent by it."
        " Start a new job instead, since what is sent twice does no harm, and remove the file.",
        ExitCode.REFUSED,
    )


def _locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
