"""The watch over orders that do not move: each is found, stated once, and nobody starves."""

from datetime import timedelta
from functools import partial

import pytest

from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.history import History
from events.order_list import OPEN, parts
from functions.framework.service import Report
from functions.orders.check import STALLED_AFTER, check
from functions.orders.projection import row
from functions.runtime import backoff
from tests.support.builders import NOW, ORDER, placed, then
from tests.support.interleave import Worker
from tests.support.stall_watch import Shop, outcomes, sure


@pytest.fixture
def shop() -> Shop:
    return Shop()


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
