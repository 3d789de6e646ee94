"""The chore for stalled orders with many orders: its reads, its time limit, its fairness."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from events.history import History
from events.order_list import shards
from functions.framework.ports import Row
from functions.orders import check as check_module
from functions.orders.check import BATCH, EVERY, STALLED_AFTER, TIME_LIMIT
from functions.orders.service import SERVICE
from testkit.builders import ORDER, placed
from tests.support.stalled_orders import CheckedShop, outcomes


@pytest.fixture
def shop() -> CheckedShop:
    return CheckedShop()


def test_a_young_order_costs_no_read(shop: CheckedShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.place()
    shop.advance(STALLED_AFTER - timedelta(seconds=1))
    read: list[str] = []
    monkeypatch.setattr(shop.log, "read", read.append)

    assert shop.check_once() == []
    assert read == []


def test_one_page_of_each_shard_of_the_index_is_read(
    shop: CheckedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries: list[tuple[str, int]] = []
    listed = shop.rows.listed

    def recorded(shard: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        queries.append((shard, limit))
        return listed(shard, limit=limit, after=after)

    monkeypatch.setattr(shop.rows, "listed", recorded)
    shop.check_once()

    assert sorted(queries) == sorted(
        (shard, check_module._PAGE) for shard in shards(stalled=False) + shards(stalled=True)
    )


def test_more_orders_than_one_run_takes_are_found_in_several_runs(shop: CheckedShop) -> None:
    orders = [f"ORDER{number}" for number in range(8 * BATCH + 200)]
    for order in orders:
        shop.place(order)
    shop.advance()

    first, second = shop.check_once(), shop.check_once()

    assert 0 < len(first) < len(orders)
    assert {report.order for report in first + second} == set(orders)


def test_orders_that_stay_stalled_do_not_keep_new_ones_from_being_found(
    shop: CheckedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = [f"STUCK{number}" for number in range(300)]
    for order in stuck:
        shop.place(order)
    shop.advance()
    shop.check_once()
    monkeypatch.setattr(check_module, "BATCH", 10)
    shop.place("NEW")
    shop.advance()

    found = shop.check_once()
    again = [report.order for report in found]
    for _ in range(12):
        shop.advance(timedelta(minutes=5))
        again += [report.order for report in shop.check_once()]

    assert ("stalled", "NEW") in outcomes(found)
    assert sorted(map(str, again)) == sorted([*stuck, "NEW"])


def test_an_unreadable_order_is_reported_and_hides_no_other(
    shop: CheckedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "BATCH", 1)
    for number in range(30):
        event = placed(order=f"NEWER{number}", now=shop.clock())
        shop.log.append(msgspec.structs.replace(event, dataversion=event.dataversion + 1))
        shop.project(History([event]))
    shop.advance(timedelta(seconds=1))
    shop.place()
    shop.advance()

    reports = []
    for _ in range(30):
        reports += shop.check_once()
        shop.advance(timedelta(minutes=EVERY))

    reports_by_order = {report.order: report for report in reports}
    assert len(reports_by_order) == 31
    assert reports_by_order.pop(ORDER).outcome == "stalled"
    assert {report.outcome for report in reports_by_order.values()} == {"unreadable"}
    assert all("newer than" in str(report.detail) for report in reports_by_order.values())


def test_a_run_ends_in_time_and_the_next_one_continues(
    shop: CheckedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [f"ORDER{number}" for number in range(40)]
    for order in orders:
        shop.place(order)
    shop.advance()
    read = shop.log.read

    def slowly(order: str) -> History:
        shop.advance(timedelta(seconds=1))
        return read(order)

    monkeypatch.setattr(shop.log, "read", slowly)
    runs = [[report.order for report in shop.check_once()] for _ in range(3)]

    assert [len(run) for run in runs] == [20, 20, 0]
    assert {order for run in runs for order in run} == set(orders)


def test_a_run_ends_before_its_functions_timeout() -> None:
    assert TIME_LIMIT.total_seconds() * 1.5 <= SERVICE.timeout
