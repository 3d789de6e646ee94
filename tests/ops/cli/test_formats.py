"""Text formats of times, durations and numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from ops.cli.formats import counted, counted_line, elapsed, parse_duration, parse_time
from testkit.builders import NOW


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("10m", 600), ("1.5h", 5400), ("1d", 86400)]
)
def test_a_duration_is_parsed(written: str, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "10", "m", "-5m", "10 minutes", "1h30m"])
def test_an_invalid_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write it as 90s, 10m, 2h or 1d"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("millis", "expected"),
    [
        (0.4, "0 ms"),
        (111, "111 ms"),
        (9_999, "9999 ms"),
        (30_200, "30.2 s"),
        (720_000, "12 min"),
        (7_200_000, "2 h"),
    ],
)
def test_milliseconds_have_a_readable_unit(millis: float, expected: str) -> None:
    assert elapsed(millis) == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-23T08:30:00Z", datetime(2026, 11, 23, 8, 30, tzinfo=UTC)),
        ("2026-11-23t08:30:00.25z", datetime(2026, 11, 23, 8, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-11-23 10:30+02:00", datetime(2026, 11, 23, 8, 30, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2h", NOW - timedelta(hours=2)),
        (" 1.5d ", NOW - timedelta(days=1.5)),
    ],
)
def test_a_time_is_parsed(written: str, meant: datetime) -> None:
    assert parse_time(written, NOW) == meant


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "10:30", "2026-11", "2026-11-31", "2026-11-23T08:30:00", "-2h", "20261123",
     "2026-11-23T25:00:00Z", "9999999999d", "2026-W01-1"],
)  # fmt: skip
def test_an_invalid_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time|more than ten"):
        parse_time(written, NOW)


def test_a_number_has_its_noun() -> None:
    assert [counted(n, "event") for n in (0, 1, 1204)] == ["0 events", "1 event", "1,204 events"]


def test_a_counted_line_is_wrapped_at_80_columns() -> None:
    lines = counted_line(1_204, "lost: " + "its answer is lost, " * 5).splitlines()

    assert lines[0].startswith("      1,204  lost: its")
    assert len(lines) == 2
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith(" " * 15 + "its")
