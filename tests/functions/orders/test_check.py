"""The watch over orders that do not move: each is found, stated once, and nobody starves."""

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from events.envelope import Event
from events.history import History
from events.listing import LIST, OPEN, parts
from events.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.orders import OrderStalled
from functions.orders import check as the_check
from functions.orders.check import AT_MOST, EVERY, STALLED_AFTER, TAKEN, check
from functions.orders.projection import row
from functions.orders.service import SERVICE
from functions.runtime import backoff
from functions.runtime.memory import MemoryLog, MemoryRows, MemoryTables
from functions.runtime.ports import Resources, Row
from functions.runtime.service import Report
from tests.builders import NOW, ORDER, Clock, placed, then
from tests.functions.interleave import SteppedLog, SteppedRows, Worker

HOUR = timedelta(hours=1)


class Shop:
    """Orders in the log and in the list, and the watch over them."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.rows = MemoryRows(index=OPEN)
        self.clock = Clock()

    def place(self, order: str = ORDER, *, listed: bool = True) -> Event[Any]:
        """Place an order now."""
        event = placed(order=order, now=self.clock())
        self.log.append(event)
        if listed:
            self.keep(order)
        return event

    def keep(self, order: str = ORDER) -> None:
        """Let the list hear all of an order."""
        self.rows.put(sure(row(self.log.read(order))))

    def look(self, worker: Worker | None = None) -> list[Report]:
        """Look once."""
        log = SteppedLog(worker, self.log) if worker else self.log
        return list(check(log, self.resources(worker)))

    def resources(self, worker: Worker | None = None) -> Resources:
        """Return what the watch is given."""
        rows = SteppedRows(worker, self.rows) if worker else self.rows
        return Resources(tables=MemoryTables(), rows={LIST: rows}.__getitem__, clock=self.clock)

    def wait(self, span: timedelta = STALLED_AFTER) -> None:
        """Let time pass."""
        self.clock.now += span

    def stalls(self, order: str = ORDER) -> list[str]:
        """Return the slots in which the order is said to be stalled."""
        return [e.slot for e in self.log.read(order) if isinstance(e.data, OrderStalled)]

    def kept(self, order: str = ORDER) -> Row:
        """Return the order's row."""
        return next(each for each in self.rows.all() if each.sort.endswith(f"#{order}"))


@pytest.fixture
def shop() -> Shop:
    return Shop()


def sure(made: Row | None) -> Row:
    assert made is not None
    return made


def outcomes(reports: list[Report]) -> list[tuple[str, str | None]]:
    return [(report.outcome, report.order) for report in reports]


def test_it_waits_for_longer_than_messages_ride_out_an_outage() -> None:
    assert timedelta(seconds=backoff.OUTAGE) < STALLED_AFTER


def test_an_order_is_stalled_once_it_waited_for_twelve_hours(shop: Shop) -> None:
    event = shop.place()
    shop.wait(STALLED_AFTER - timedelta(seconds=1))
    assert shop.look() == []

    shop.wait(timedelta(seconds=1))
    (report,) = shop.look()

    (stated,) = report.stated
    assert (report.outcome, report.order, stated.slot) == ("stalled", ORDER, "stalled/1")
    assert (stated.source, stated.causationid) == ("orders", event.id)
    assert (stated.data, stated.time) == (OrderStalled(waited_seconds=43200), NOW + STALLED_AFTER)
    assert shop.log.read(ORDER).at("stalled/1") == stated


def test_it_is_said_once_and_then_kept_apart(shop: Shop) -> None:
    shop.place()
    shop.wait()
    shop.look()

    assert shop.look() == []
    assert shop.stalls() == ["stalled/1"]
    assert shop.kept().values[OPEN] in parts(stalled=True)


def test_it_is_said_again_when_nobody_cancelled_the_order_for_as_long_once_more(
    shop: Shop,
) -> None:
    shop.place()
    for _ in range(3):
        shop.wait()
        assert outcomes(shop.look()) == [("stalled", ORDER)]

    assert shop.stalls() == ["stalled/1", "stalled/2", "stalled/3"]


@pytest.mark.parametrize("outcome", [OrderConfirmed(), OrderCancelled(reason="customer")])
def test_an_order_whose_outcome_the_list_missed_is_caught_up_and_not_stalled(
    shop: Shop, outcome: OrderConfirmed | OrderCancelled
) -> None:
    event = shop.place()
    shop.log.append(then(event, outcome))
    shop.wait()

    assert outcomes(shop.look()) == [("caught-up", ORDER)]
    assert shop.stalls() == []
    assert shop.kept() == row(shop.log.read(ORDER))
    assert shop.look() == []


def test_what_the_list_alone_holds_is_no_order(shop: Shop) -> None:
    shop.rows.put(sure(row(History([placed(order="FORGED")]))))
    shop.wait()

    assert shop.look() == []
    assert len(shop.log.read("FORGED")) == 0


def test_of_two_looks_at_once_one_states_it(shop: Shop) -> None:
    shop.place()
    shop.wait()
    reports: list[Report] = []

    def work(worker: Worker) -> None:
        reports.extend(shop.look(worker))

    both = [Worker(work, []), Worker(work, [])]
    while not all(worker.done for worker in both):
        for worker in both:
            shop.wait(timedelta(milliseconds=1))
            if not worker.done:
                worker.step()

    assert [worker.error for worker in both] == [None, None]
    assert outcomes(reports) == [("stalled", ORDER)]
    assert shop.stalls() == ["stalled/1"]


@pytest.mark.parametrize("fate", ["die before", "die after"])
@pytest.mark.parametrize("calls", range(22))
def test_killed_at_any_call_and_run_again_it_ends_the_same(
    shop: Shop, calls: int, fate: str
) -> None:
    shop.place("A")
    missed = shop.place("B")
    shop.log.append(then(missed, OrderConfirmed()))
    shop.wait()
    worker = Worker(partial(shop.look), [])
    for _ in range(calls):
        if not worker.done:
            worker.step()
    if not worker.done:
        worker.step(fate)  # type: ignore[arg-type]  # one of the fates
        worker.end()

    shop.look()

    assert (shop.stalls("A"), shop.stalls("B")) == (["stalled/1"], [])
    assert [shop.kept(order) for order in "AB"] == [row(shop.log.read(order)) for order in "AB"]
    assert shop.look() == []


def test_of_more_orders_than_one_look_takes_all_are_found_by_and_by(shop: Shop) -> None:
    orders = [f"ORDER{number}" for number in range(8 * TAKEN + 200)]
    for order in orders:
        shop.place(order)
    shop.wait()

    first, second = shop.look(), shop.look()

    assert 0 < len(first) < len(orders)
    assert {report.order for report in first + second} == set(orders)


def test_orders_that_stay_stalled_do_not_keep_new_ones_from_being_found(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = [f"STUCK{number}" for number in range(300)]
    for order in stuck:
        shop.place(order)
    shop.wait()
    shop.look()
    monkeypatch.setattr(the_check, "TAKEN", 10)
    shop.place("NEW")
    shop.wait()

    found = shop.look()
    again = [report.order for report in found]
    for _ in range(12):
        shop.wait(timedelta(minutes=5))
        again += [report.order for report in shop.look()]

    assert ("stalled", "NEW") in outcomes(found)
    assert sorted(map(str, again)) == sorted([*stuck, "NEW"])


def test_an_order_that_cannot_be_read_is_said_and_keeps_no_other_from_being_found(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the_check, "TAKEN", 1)
    for number in range(30):
        event = placed(order=f"NEWER{number}", now=shop.clock())
        shop.log.append(msgspec.structs.replace(event, dataversion=event.dataversion + 1))
        shop.rows.put(sure(row(History([event]))))
    shop.wait(timedelta(seconds=1))
    shop.place()
    shop.wait()

    reports = []
    for _ in range(30):
        reports += shop.look()
        shop.wait(timedelta(minutes=EVERY))

    told = {report.order: report for report in reports}
    assert len(told) == 31
    assert told.pop(ORDER).outcome == "stalled"
    assert {report.outcome for report in told.values()} == {"unreadable"}
    assert all("newer than" in str(report.detail) for report in told.values())


def test_a_look_ends_in_time_and_the_next_one_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [f"ORDER{number}" for number in range(40)]
    for order in orders:
        shop.place(order)
    shop.wait()
    read = shop.log.read

    def slowly(order: str) -> History:
        shop.wait(timedelta(seconds=1))
        return read(order)

    monkeypatch.setattr(shop.log, "read", slowly)
    looks = [[report.order for report in shop.look()] for _ in range(3)]

    assert [len(look) for look in looks] == [20, 20, 0]
    assert {order for look in looks for order in look} == set(orders)


def test_a_look_has_ended_before_its_function_is_killed() -> None:
    assert AT_MOST.total_seconds() * 1.5 <= SERVICE.timeout


def test_it_is_told_before_the_row_is_written_so_that_who_dies_there_has_told(
    shop: Shop,
) -> None:
    shop.place()
    shop.wait()
    told = check(shop.log, shop.resources())

    assert next(iter(told)).outcome == "stalled"
    assert shop.kept().values[OPEN] in parts(stalled=False)
    assert list(told) == []
    assert shop.kept().values[OPEN] in parts(stalled=True)


def test_an_order_that_ends_while_it_is_looked_at_keeps_its_outcome(shop: Shop) -> None:
    event = shop.place()
    shop.wait()
    worker = Worker(partial(shop.look), [])
    while shop.log.read(ORDER).at(OUTCOME) is None:
        worker.step()
        if worker.done:
            break
        shop.log.append(then(event, OrderConfirmed()))
    while not worker.done:
        worker.step()

    shop.keep()

    assert shop.kept() == row(shop.log.read(ORDER))
    assert shop.kept().values["status"] == "confirmed"
