"""The chore for stalled orders: each order is found, and is marked once."""

from datetime import timedelta

import pytest

from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.history import History
from events.order_list import OPEN, shards
from functions.framework.chore import Report
from functions.orders.check import STALLED_AFTER, check
from functions.orders.projection import row
from functions.runtime import backoff
from testkit.builders import NOW, ORDER, placed, then
from tests.support.interleave import Worker
from tests.support.stalled_orders import CheckedShop, outcomes


@pytest.fixture
def shop() -> CheckedShop:
    return CheckedShop()


def test_it_waits_longer_than_the_retries_of_a_message_last() -> None:
    assert timedelta(seconds=backoff.OUTAGE) < STALLED_AFTER


def test_an_order_is_stalled_after_twelve_hours(shop: CheckedShop) -> None:
    event = shop.place()
    shop.advance(STALLED_AFTER - timedelta(seconds=1))
    assert shop.check_once() == []

    shop.advance(timedelta(seconds=1))
    (report,) = shop.check_once()

    (stated,) = report.stated
    assert (report.outcome, report.order, stated.slot) == ("stalled", ORDER, "stalled/1")
    assert (stated.source, stated.causationid) == ("orders", event.id)
    assert (stated.data, stated.time) == (OrderStalled(waited_seconds=43200), NOW + STALLED_AFTER)
    assert shop.log.read(ORDER).at("stalled/1") == stated


def test_it_is_stated_once_and_moves_to_a_shard_of_stalled_orders(shop: CheckedShop) -> None:
    shop.place()
    shop.advance()
    shop.check_once()

    assert shop.check_once() == []
    assert shop.stalled_slots() == ["stalled/1"]
    assert shop.row_of().values[OPEN] in shards(stalled=True)


def test_it_is_stated_again_after_each_further_twelve_hours(
    shop: CheckedShop,
) -> None:
    shop.place()
    for _ in range(3):
        shop.advance()
        assert outcomes(shop.check_once()) == [("stalled", ORDER)]

    assert shop.stalled_slots() == ["stalled/1", "stalled/2", "stalled/3"]


@pytest.mark.parametrize("outcome", [OrderConfirmed(), OrderCancelled(reason="customer")])
def test_an_order_whose_outcome_the_list_missed_gets_its_row(
    shop: CheckedShop, outcome: OrderConfirmed | OrderCancelled
) -> None:
    event = shop.place()
    shop.log.append(then(event, outcome))
    shop.advance()

    assert outcomes(shop.check_once()) == [("caught-up", ORDER)]
    assert shop.stalled_slots() == []
    assert shop.row_of() == row(shop.log.read(ORDER))
    assert shop.check_once() == []


def test_a_row_without_an_order_in_the_log_is_ignored(shop: CheckedShop) -> None:
    shop.project(History([placed(order="FORGED")]))
    shop.advance()

    assert shop.check_once() == []
    assert len(shop.log.read("FORGED")) == 0


def test_of_two_concurrent_runs_one_states_it(shop: CheckedShop) -> None:
    shop.place()
    shop.advance()
    reports: list[Report] = []

    def work(_: Worker) -> None:
        reports.extend(shop.check_once())

    both = [Worker(work, []), Worker(work, [])]
    while not all(worker.done for worker in both):
        for worker in both:
            shop.advance(timedelta(milliseconds=1))
            if not worker.done:
                worker.step()

    assert [worker.error for worker in both] == [None, None]
    assert outcomes(reports) == [("stalled", ORDER)]
    assert shop.stalled_slots() == ["stalled/1"]


@pytest.mark.parametrize("crash", ["die before", "die after"])
@pytest.mark.parametrize("calls", range(22))
def test_a_run_after_a_crash_at_any_call_ends_the_same(
    shop: CheckedShop, calls: int, crash: str
) -> None:
    shop.place("A")
    missed = shop.place("B")
    shop.log.append(then(missed, OrderConfirmed()))
    shop.advance()
    worker = Worker(lambda _: shop.check_once(), [])
    for _ in range(calls):
        if not worker.done:
            worker.step()
    if not worker.done:
        worker.step(crash)  # type: ignore[arg-type]  # a literal
        worker.end()

    shop.check_once()

    assert (shop.stalled_slots("A"), shop.stalled_slots("B")) == (["stalled/1"], [])
    assert [shop.row_of(order) for order in "AB"] == [row(shop.log.read(order)) for order in "AB"]
    assert shop.check_once() == []


def test_it_is_reported_before_the_row_is_written(
    shop: CheckedShop,
) -> None:
    shop.place()
    shop.advance()
    reports = check(shop.log, shop.resources())

    assert next(iter(reports)).outcome == "stalled"
    assert shop.row_of().values[OPEN] in shards(stalled=False)
    assert list(reports) == []
    assert shop.row_of().values[OPEN] in shards(stalled=True)


def test_an_order_that_ends_during_a_run_keeps_its_outcome(shop: CheckedShop) -> None:
    event = shop.place()
    shop.advance()
    worker = Worker(lambda _: shop.check_once(), [])
    while shop.log.read(ORDER).at(OUTCOME) is None:
        worker.step()
        if worker.done:
            break
        shop.log.append(then(event, OrderConfirmed()))
    while not worker.done:
        worker.step()

    shop.project(shop.log.read(ORDER))

    assert shop.row_of() == row(shop.log.read(ORDER))
    assert shop.row_of().values["status"] == "confirmed"
