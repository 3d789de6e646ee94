"""In-memory tables and log with threads: a check and its write are atomic."""

from collections.abc import Callable, Iterator, Mapping
from threading import Thread

import pytest

from events.contracts.inventory import StockReserved, StockVoided
from functions.framework.ports import Change, Record, Value
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryRecords, MemoryTables
from testkit.builders import ORDER, placed, then

A_MOMENT = 0.05
"""Seconds in which a thread that is not blocked would end."""


class Rival:
    """A thread that writes during another write."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.result: object = None
        self._act = act
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        self.result = self._act()

    def interrupt(self) -> None:
        if not self._thread.ident:
            self._thread.start()
            self._thread.join(A_MOMENT)

    def wait(self) -> object:
        self._thread.join()
        return self.result


def test_of_two_threads_that_fill_a_slot_one_succeeds() -> None:
    class Interrupted(MemoryTables):
        def __call__(self, name: str) -> MemoryRecords:
            rival.interrupt()
            return super().__call__(name)

    log = MemoryLog(Interrupted())
    ours = then(placed(), StockReserved(lines=()))
    rival = Rival(lambda: log.append(then(placed(), StockVoided())))
    change = Change(table="stock", key="DRUM", attribute="available", by=1)

    assert log.append(ours, [change]) == ours
    assert rival.wait() == ours
    assert list(log.read(ORDER)) == [ours]


def test_of_two_threads_that_write_a_version_one_succeeds() -> None:
    class Interrupting(Mapping[str, Value]):
        def __getitem__(self, name: str) -> Value:
            return "ours"

        def __iter__(self) -> Iterator[str]:
            rival.interrupt()
            return iter(["state"])

        def __len__(self) -> int:
            return 1

    records = MemoryTables()("ledger")
    rival = Rival(lambda: records.put(Record(key="k", values={"state": "theirs"}, version=0)))

    assert records.put(Record(key="k", values=Interrupting(), version=0))
    assert rival.wait() is False
    assert records.get("k") == Record(key="k", values={"state": "ours"}, version=1)


@pytest.mark.parametrize("name", ["stock", "ledger"])
def test_a_table_name_always_returns_the_same_table(name: str) -> None:
    tables = MemoryTables()
    tables(name).put(Record(key="k", values={}, version=0))

    assert tables(name).get("k") is not None
    assert tables("another").get("k") is None
