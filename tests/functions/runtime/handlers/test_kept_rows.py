"""A reaction that keeps rows of a read model: what is written, and how the message ends."""

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.ports import Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Consumer
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from tests.support.builders import Clock
from tests.support.reactor_world import PLACED, reactor


def keeping(rows: MemoryRows, *made: Row) -> Reactor:
    """Return a reactor that keeps these rows."""
    on = On(event=OrderPlaced, react=lambda _: Keep(table="list", rows=made))
    consumer = Consumer(name="orders", on=(on,))
    return Reactor(
        consumer=consumer, log=MemoryLog(), clock=Clock(), rows={"list": rows}.__getitem__
    )


def test_rows_are_kept_one_after_the_other_and_the_log_is_left_alone() -> None:
    rows = MemoryRows()
    made = (Row(partition="p", sort="1", version=1), Row(partition="p", sort="2"))

    handled = keeping(rows, *made).handle(PLACED)

    assert (handled.outcome, handled.stated) == ("done", ())
    assert list(rows.all()) == list(made)


def test_rows_that_know_nothing_new_are_a_duplicate() -> None:
    rows = MemoryRows()
    made = Row(partition="p", sort="1", version=1)
    keeping(rows, made).handle(PLACED)

    assert keeping(rows, made).handle(PLACED).outcome == "duplicate"
    newer = Row(partition="p", sort="2", version=1)
    assert keeping(rows, made, newer).handle(PLACED).outcome == "done"


def test_a_row_that_cannot_be_kept_fails_the_message_and_all_are_kept_when_it_comes_again() -> None:
    class Away(MemoryRows):
        away = True

        def put(self, row: Row) -> bool:
            if self.away and row.sort == "2":
                raise TimeoutError
            return super().put(row)

    rows = Away()
    made = (Row(partition="p", sort="1"), Row(partition="p", sort="2"))
    with pytest.raises(TimeoutError):
        keeping(rows, *made).handle(PLACED)
    rows.away = False

    assert keeping(rows, *made).handle(PLACED).outcome == "done"
    assert list(rows.all()) == list(made)


def test_a_consumer_without_tables_has_no_rows_to_keep() -> None:
    made = Keep(table="list", rows=(Row(partition="p", sort="1"),))

    with pytest.raises(LookupError, match="no table 'list'"):
        reactor(MemoryLog(), lambda _: made).handle(PLACED)
