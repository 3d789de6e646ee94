"""Workers that stop before every call of a port: a test decides who goes on, and who dies."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Semaphore, Thread
from typing import Any, Literal

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Log, Record, Records, Row, Rows

type Fate = Literal["go on", "die before", "die after", "die, and the call comes later"]

DEATHS: tuple[Fate, ...] = ("die before", "die after", "die, and the call comes later")


class Died(BaseException):
    """The worker's process is gone; nothing that follows in it happens."""


class Worker:
    """One run of some work, which goes on by one call of a port at each step."""

    def __init__(
        self, work: Callable[["Worker"], object], late: list[Callable[[], object]]
    ) -> None:
        """Take the work, and where the calls of the dead are kept that still come through."""
        self.done = False
        self.error: BaseException | None = None
        self._late = late
        self._fate: Fate = "go on"
        self._turn, self._stopped = Semaphore(0), Semaphore(0)
        self._thread = Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()
        self.step()

    def step(self, fate: Fate = "go on") -> None:
        """Make the call before which it stopped, or die there; return when it stops again."""
        self._fate = fate
        self._turn.release()
        self._stopped.acquire()

    def end(self) -> None:
        """Let it die, whatever it is at."""
        while not self.done:
            self.step("die before")
        self._thread.join()

    def call[T](self, function: Callable[..., T], *arguments: Any) -> T:
        """Make a call of a port, when it is this worker's turn."""
        self._stopped.release()
        self._turn.acquire()
        if self._fate == "die, and the call comes later":
            self._late.append(partial(function, *arguments))
        if self._fate not in ("go on", "die after"):
            raise Died
        answer = function(*arguments)
        if self._fate == "die after":
            raise Died
        return answer

    def _run(self, work: Callable[["Worker"], object]) -> None:
        self._turn.acquire()
        try:
            work(self)
        except BaseException as error:  # noqa: BLE001  it is the test's to look at
            self.error = error
        self.done = True
        self._stopped.release()


class SteppedLog:
    """A log as one worker calls it."""

    def __init__(self, worker: Worker, log: Log) -> None:
        self._worker, self._log = worker, log

    def read(self, subject: str) -> History:
        return self._worker.call(self._log.read, subject)

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        return self._worker.call(self._log.append, event, changes)


class SteppedRecords:
    """An own table as one worker calls it."""

    def __init__(self, worker: Worker, records: Records) -> None:
        self._worker, self._records = worker, records

    def get(self, key: str) -> Record | None:
        return self._worker.call(self._records.get, key)

    def put(self, record: Record) -> bool:
        return self._worker.call(self._records.put, record)

    def all(self) -> Iterator[Record]:
        return self._worker.call(self._records.all)


class SteppedRows:
    """A table with a sort key as one worker calls it."""

    def __init__(self, worker: Worker, rows: Rows) -> None:
        self._worker, self._rows = worker, rows

    def put(self, row: Row) -> bool:
        return self._worker.call(self._rows.put, row)

    def overwrite(self, row: Row) -> bool:
        return self._worker.call(self._rows.overwrite, row)

    def get(self, partition: str, sort: str) -> Row | None:
        return self._worker.call(self._rows.get, partition, sort)

    def remove(self, partition: str, sort: str) -> None:
        return self._worker.call(self._rows.remove, partition, sort)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        asked = partial(
            self._rows.page, partition, limit=limit, after=after, newest_first=newest_first
        )
        return self._worker.call(asked)

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        return self._worker.call(partial(self._rows.listed, value, limit=limit, after=after))

    def all(self) -> Iterator[Row]:
        return self._worker.call(self._rows.all)
