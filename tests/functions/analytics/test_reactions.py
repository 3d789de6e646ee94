"""Rows of an event: the amounts it adds to the figures, the same at every delivery."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from events.contracts.ordering import OrderConfirmed
from events.history import History
from functions.analytics.reactions import cancelled, confirmed, placed
from functions.analytics.table import SHARDS, shard
from functions.framework.ports import Row
from functions.framework.reaction import Keep
from testkit.builders import NOW, ORDER, then
from testkit.builders import placed as placing
from tests.support.counting import order, rows_for

SOON = NOW + timedelta(minutes=5)
DAY = NOW.date()


def test_a_placed_order_counts_with_its_total_by_currency() -> None:
    (first,) = order(ORDER, NOW, amount=1995, currency="JPY", ends=False)

    assert placed(first, History([first]), SOON) == Keep(
        table="figures",
        rows=(
            Row(
                partition=shard(DAY, ORDER),
                sort=f"{ORDER}/placed",
                values={"orders": 1, "ordered:JPY": 1995},
            ),
        ),
    )


def test_a_confirmed_order_adds_its_total_from_the_log() -> None:
    history = order(ORDER, NOW, amount=1995)
    _, last = history

    assert rows_for(last, history, SOON) == (
        Row(
            partition=shard(DAY, ORDER),
            sort=f"{ORDER}/outcome",
            values={"confirmed": 1, "revenue:EUR": 1995},
        ),
    )


def test_a_confirmed_order_without_its_first_event_adds_nothing() -> None:
    event = then(placing(), OrderConfirmed())

    assert confirmed(event, History([event]), SOON) is None


@pytest.mark.parametrize("reason", ["customer", "payment-declined", "out-of-stock", "stalled"])
def test_a_cancelled_order_counts_by_its_reason_without_money(reason: str) -> None:
    first, last = order(ORDER, NOW, ends=reason)  # type: ignore[arg-type]  # a reason, all of them

    (row,) = cancelled(last, History([first, last]), SOON).rows

    assert row.values == {f"cancelled:{reason}": 1}


def test_an_order_and_its_outcome_count_on_their_own_days() -> None:
    history = order(ORDER, datetime(2026, 11, 23, 23, 59, 59, 999999, UTC), after=timedelta(1))

    days = [rows_for(event, history, SOON)[0].partition[:10] for event in history]

    assert days == ["2026-11-23", "2026-11-24"]


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the machine's time zone to New York."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
def test_the_day_is_utc_in_any_time_zone() -> None:
    late_in_new_york = datetime(2026, 11, 23, 22, 0, tzinfo=timezone(timedelta(hours=-5)))
    (first,) = order(ORDER, late_in_new_york, ends=False)

    assert placed(first, History([first]), SOON).rows[0].partition == shard(
        date(2026, 11, 24), ORDER
    )


def test_an_event_makes_the_same_row_at_any_time() -> None:
    history = order(ORDER, NOW)

    for event in history:
        at_once, much_later = (
            rows_for(event, history, now)[0] for now in (SOON, NOW + timedelta(days=400))
        )
        assert at_once == much_later


def test_orders_spread_evenly_over_the_shards_of_a_day() -> None:
    spread = Counter(shard(DAY, f"ORDER{number}") for number in range(4000))

    assert set(spread) == {f"{DAY}#{number}" for number in range(SHARDS)}
    assert max(spread.values()) < 2 * min(spread.values())


MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (NOW - timedelta(days=3), False),  # the event's clock is ahead
        (SOON, False),
        (MIDNIGHT + timedelta(days=1, microseconds=-1), False),
        (MIDNIGHT + timedelta(days=1), True),
        (MIDNIGHT + timedelta(days=400), True),
    ],
)
def test_a_row_is_marked_from_one_day_after_its_day(now: datetime, late: bool) -> None:
    rows = placed(placing(), History([placing()]), now).rows

    assert [row.partition for row in rows] == [shard(DAY, ORDER), *(["late"] if late else [])]


def test_the_marker_follows_its_row_and_is_unique_for_the_delivery() -> None:
    now = NOW + timedelta(days=9)
    (_, marker), (_, other) = (
        placed(placing(), History([placing()]), moment).rows
        for moment in (now, now + timedelta(microseconds=1))
    )

    assert marker.sort.startswith(f"{DAY}#{ORDER}/placed#")
    assert marker.sort != other.sort
    assert not marker.values
