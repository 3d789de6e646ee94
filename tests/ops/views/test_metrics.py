"""`fanfare metrics`: figures of each day, as a table with bars or as JSON."""

import json

import pytest

from functions.analytics.figures import LONGEST, Figures
from functions.analytics.service import SERVICE
from functions.analytics.table import FIGURES
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.views.metrics import BAR, bar, draw, show, validate
from testkit.builders import Clock
from tests.support.counting import TODAY, ago, deliver, noon, order

NOON = Clock(noon(TODAY))
STORY = [
    order("A", ago(1), amount=123450),
    order("B", ago(1), amount=1995, currency="JPY"),
    order("C", ago(1), ends="customer"),
    order("D", ago(1), ends="payment-declined"),
    order("E", ago(0), ends=False),
    order("F", ago(0)),
]


@pytest.fixture
def ordered(here: Connection) -> Connection:
    for history in STORY:
        deliver(here.rows(SERVICE, FIGURES), history, noon(TODAY))
    return here


def day(**figures: object) -> Figures:
    nothing = {"orders": 0, "confirmed": 0, "cancelled": {}, "ordered": {}, "revenue": {}}
    return Figures(day=TODAY, **(nothing | figures))  # type: ignore[arg-type]  # as they are named


def test_each_day_is_a_row_with_a_bar_and_the_last_row_is_their_sum(
    ordered: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(ordered, Options(), days=3, clock=NOON) is ExitCode.DONE

    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "day         orders                confirmed  cancelled                revenue",
        "2026-11-22       0                        0  -                              -",
        "2026-11-23       4  ██████░░░░░░          2  1 customer          1,234.50 EUR",
        "                                             1 payment-declined     1,995 JPY",
        "2026-11-24       2  ███░░░                1  -                      49.00 EUR",
        "3 days           6                        3  1 customer          1,283.50 EUR",
        "                                             1 payment-declined     1,995 JPY",
        "",
        "█ confirmed  ░ others   days are UTC, today's so far",
    ]


def test_as_json_each_day_is_an_object_with_amounts_in_minor_units(
    ordered: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(ordered, Options(json=True), days=2, clock=NOON) is ExitCode.DONE

    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            "day": "2026-11-23",
            "orders": 4,
            "confirmed": 2,
            "cancelled": {"customer": 1, "payment-declined": 1},
            "ordered": {"EUR": 133250, "JPY": 1995},
            "revenue": {"EUR": 123450, "JPY": 1995},
        },
        {
            "day": "2026-11-24",
            "orders": 2,
            "confirmed": 1,
            "cancelled": {},
            "ordered": {"EUR": 9800},
            "revenue": {"EUR": 4900},
        },
    ]


def test_without_orders_a_message_with_a_remedy_is_printed(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(here, Options(), days=14, clock=NOON) is ExitCode.DONE

    output = capsys.readouterr().out
    assert "No order on stage local in these days (2026-11-11 to 2026-11-24, UTC)." in output
    assert "`fanfare invoke` places one" in output


@pytest.mark.parametrize("days", [0, -1, LONGEST + 1, 10_000])
def test_an_impossible_number_of_days_is_refused(days: int) -> None:
    with pytest.raises(CommandError, match=f"from 1 to {LONGEST}, not {days}") as refused:
        validate(days)

    assert refused.value.code is ExitCode.USAGE


def test_a_busy_quarter_fits_a_terminal_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    reasons = {"customer": 99, "out-of-stock": 99, "payment-declined": 999, "stalled": 9}
    busy = day(orders=99_999, confirmed=88_888, cancelled=reasons, revenue={"EUR": 123_456_789_00})

    Options().out.print(draw([busy] * 3), soft_wrap=False)

    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "123,456,789.00" in out
    assert "…" not in out


@pytest.mark.parametrize(
    ("orders", "confirmed", "drawn"),
    [
        (0, 0, ""),
        (1, 0, "░"),
        (1000, 0, "░" * BAR),
        (1000, 1000, "█" * BAR),
        (1000, 500, "█" * (BAR // 2) + "░" * (BAR // 2)),
        (0, 500, "█" * (BAR // 2)),
        (1000, 1, "█" + "░" * (BAR - 1)),
    ],
)
def test_the_longest_bar_is_the_busiest_day_and_one_order_has_a_cell(
    orders: int, confirmed: int, drawn: str
) -> None:
    assert bar(day(orders=orders, confirmed=confirmed), 1000) == drawn


def test_a_day_with_cancellations_only_has_no_bar() -> None:
    assert bar(day(cancelled={"customer": 1}), 0) == ""
