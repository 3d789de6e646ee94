"""Reactions that put rows into a read model: written rows and outcomes."""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import Mock, patch

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.ports import Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Consumer
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.main import Dependencies, compose_reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.rows import MemoryRows
from testkit.builders import Clock, placed, resources

PLACED = placed()


def keeping(rows: MemoryRows, *made: Row) -> Reactor:
    """Return a reactor that puts these rows into a table."""
    on = On(event=OrderPlaced, react=lambda _: Keep(table="list", rows=made))
    consumer = Consumer(name="orders", on=(on,))
    given = Dependencies(
        observer=MemoryObserver(),
        clock=Clock(),
        log=MemoryLog(),
        resources=replace(resources(), rows={"list": rows}.__getitem__),
    )
    return compose_reactor(consumer, given)


def test_rows_are_put_one_after_the_other_and_no_fact_is_appended() -> None:
    rows = MemoryRows()
    made = (Row(partition="p", sort="1", version=1), Row(partition="p", sort="2"))

    handled = keeping(rows, *made).handle(PLACED)

    assert (handled.outcome, handled.stated) == ("done", ())
    assert list(rows.all()) == list(made)


def test_rows_without_a_newer_version_are_a_duplicate() -> None:
    rows = MemoryRows()
    made = Row(partition="p", sort="1", version=1)
    keeping(rows, made).handle(PLACED)

    assert keeping(rows, made).handle(PLACED).outcome == "duplicate"
    newer = Row(partition="p", sort="2", version=1)
    assert keeping(rows, made, newer).handle(PLACED).outcome == "done"


def test_an_error_at_one_row_fails_the_message_and_the_retry_puts_all_rows() -> None:
    rows = MemoryRows()
    made = (Row(partition="p", sort="1"), Row(partition="p", sort="2"))
    put: list[Callable[[Row], bool]] = [rows.put, Mock(side_effect=TimeoutError)]
    with patch.object(rows, "put", lambda row: put.pop(0)(row)), pytest.raises(TimeoutError):
        keeping(rows, *made).handle(PLACED)
    assert list(rows.all()) == [made[0]]

    assert keeping(rows, *made).handle(PLACED).outcome == "done"
    assert list(rows.all()) == list(made)


def test_a_reactor_without_tables_has_no_table_for_rows() -> None:
    made = Keep(table="list", rows=(Row(partition="p", sort="1"),))
    consumer = Consumer(name="orders", on=(On(event=OrderPlaced, react=lambda _: made),))

    with pytest.raises(LookupError, match="no table 'list'"):
        Reactor(consumer=consumer, log=MemoryLog(), clock=Clock()).handle(PLACED)
