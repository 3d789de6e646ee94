"""The watch over very many orders: what a look costs, when it ends, and that nobody starves."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from events.history import History
from events.order_list import parts
from functions.framework.ports import Row
from functions.orders import check as the_check
from functions.orders.check import AT_MOST, EVERY, STALLED_AFTER, TAKEN
from functions.orders.projection import row
from functions.orders.service import SERVICE
from tests.support.builders import ORDER, placed
from tests.support.stall_watch import Shop, outcomes, sure


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_an_order_that_is_young_costs_no_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.place()
    shop.wait(STALLED_AFTER - timedelta(seconds=1))
    read: list[str] = []
    monkeypatch.setattr(shop.log, "read", read.append)

    assert shop.look() == []
    assert read == []


def test_each_part_of_the_index_is_asked_for_a_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    listed = shop.rows.listed

    def watched(part: str, *, limit: int) -> Sequence[Row]:
        asked.append((part, limit))
        return listed(part, limit=limit)

    monkeypatch.setattr(shop.rows, "listed", watched)
    shop.look()

    assert sorted(asked) == sorted(
        (part, the_check._PAGE) for part in parts(stalled=False) + parts(stalled=True)
    )


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
