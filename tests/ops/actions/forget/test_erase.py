"""Erasure of one order: no personal data is left, also after crashes and races."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pytest

from events.codec import encode
from events.contracts.checkout import OrderPlaced
from events.history import History
from functions.framework.ports import Row
from functions.map import CONSUMERS
from functions.runtime.memory.application import Application
from functions.runtime.memory.log import MemoryLog
from functions.runtime.operating.forget import TRIES, ReadModel, erase
from functions.runtime.operating.ports import ConcurrentChange
from testkit.builders import ORDER, Clock
from tests.ops.actions.forget.conftest import PERSONAL, ended
from tests.support.read_model import LISTING, row


class World(Application):
    """All consumers, and one that keeps a read model whose key is personal."""

    def __init__(self) -> None:
        super().__init__((LISTING, *CONSUMERS), clock=Clock())
        assert LISTING.projection
        self.listing = self.rows(LISTING.projection.table)
        self.model = ReadModel("listing", LISTING.projection, self.listing)
        for event in ended():
            self.log.append(event)
        for queue in self.queues.values():
            queue.paused = queue is not self.queues[LISTING.name]
        self.settle()

    def erase(self, erasure: Any = None) -> Sequence[str]:
        return erase(self.log, erasure or self.log, [self.model], ORDER, Clock())

    def text(self) -> str:
        events = b"".join(encode(event) for event in self.log.read(ORDER)).decode()
        return events + str(list(self.listing.all()))

    def consistent(self) -> bool:
        made = row(self.log.read(ORDER))
        return list(self.listing.all()) == [made]


@pytest.fixture
def world() -> World:
    return World()


def test_no_personal_data_is_left_in_the_log_or_in_the_rows(world: World) -> None:
    assert all(personal in world.text() for personal in PERSONAL)

    assert world.erase() == [f"{ORDER}/placed"]

    assert not [personal for personal in PERSONAL if personal in world.text()]
    assert world.consistent()


def test_amounts_lines_slots_and_sequence_stay(world: World) -> None:
    before = list(world.log.read(ORDER))

    world.erase()

    after = list(world.log.read(ORDER))
    assert after[1:] == before[1:]
    assert msgspec.structs.replace(after[0], data=before[0].data) == before[0]
    assert (after[0].data.lines, after[0].data.total, after[0].data.fingerprint) == (
        before[0].data.lines,
        before[0].data.total,
        before[0].data.fingerprint,
    )


def test_a_second_erasure_changes_nothing(world: World) -> None:
    world.erase()
    text = world.text()

    assert world.erase() == []
    assert world.text() == text


class Crash(BaseException):
    """The process was killed."""


@pytest.mark.parametrize("at", range(5))
def test_a_second_erasure_completes_one_that_crashed_at_any_write(world: World, at: int) -> None:
    writes = 0

    def counted(write: Any) -> Any:
        def writing(*given: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes == at + 1:
                raise Crash
            return write(*given)

        return writing

    class Dying(MemoryLog):
        erase = staticmethod(counted(world.log.erase))

    rows = world.listing
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "remove", counted(rows.remove))
        patch.setattr(rows, "overwrite", counted(rows.overwrite))
        with pytest.raises(Crash):
            world.erase(Dying())

    world.erase()

    assert not [personal for personal in PERSONAL if personal in world.text()]
    assert world.consistent()


def test_a_row_that_a_message_in_flight_restored_is_rewritten(world: World) -> None:
    class Racing(MemoryLog):
        def erase(self, subject: str, at: datetime) -> Sequence[str]:
            made = row(world.log.read(ORDER))
            assert made is not None
            world.listing.put(made)
            return world.log.erase(subject, at)

    world.erase(Racing())

    assert not [personal for personal in PERSONAL if personal in world.text()]
    assert world.consistent()


def test_a_concurrent_change_is_retried_a_limited_number_of_times(world: World) -> None:
    class Busy(MemoryLog):
        refuses = 1
        requests = 0

        def erase(self, subject: str, at: datetime) -> Sequence[str]:
            self.requests += 1
            if self.requests <= self.refuses:
                raise ConcurrentChange(f"{subject}/placed")
            return world.log.erase(subject, at)

    busy = Busy()
    busy.refuses = TRIES
    with pytest.raises(ConcurrentChange, match=f"{ORDER}/placed"):
        world.erase(busy)
    assert busy.requests == TRIES
    assert world.erase(Busy()) == [f"{ORDER}/placed"]


def test_old_messages_do_not_change_an_erased_order(world: World) -> None:
    world.erase()
    text = world.text()

    assert world.handle(LISTING.name, *ended()) == [
        "duplicate",
        "duplicate",
        "unheard",
        "duplicate",
        "duplicate",
    ]
    assert world.text() == text
    assert world.log.append(ended()[0]) == world.log.read(ORDER).find(OrderPlaced)


def test_no_consumer_rejects_an_old_message_of_an_erased_order_as_forged(world: World) -> None:
    world.erase()
    before = world.log.read(ORDER)
    for consumer in CONSUMERS:
        world.queues[consumer.name].paused = False
        subscribed = [e for e in ended() if e.type in consumer.subscribed_types]
        outcomes = world.handle(consumer.name, *subscribed)
        assert set(outcomes) <= {"duplicate", "done", "nothing"}, (
            f"{consumer.name} fails on events without personal data: functions/{consumer.name}/"
        )
        parcels = str(list(world.tables("parcels").all()))
        assert not any(personal in parcels for personal in PERSONAL)
    after = world.log.read(ORDER)
    assert [event for event in after if event.slot in {e.slot for e in before}] == list(before)


def test_a_read_model_that_omits_an_erased_order_loses_its_row(world: World) -> None:
    def of_known(history: History) -> Row | None:
        first = history.find(OrderPlaced)
        return row(history) if first and first.data.email else None

    projection = type(world.model.projection)(table="list", fold=of_known)
    model = ReadModel("listing", projection, world.listing)

    erase(world.log, world.log, [model], ORDER, Clock())

    assert list(world.listing.all()) == []
