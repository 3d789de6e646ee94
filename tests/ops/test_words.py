"""Spans of time, as people write and read them."""

from datetime import timedelta

import pytest

from ops.words import duration, took


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("10m", 600), ("1.5h", 5400), ("1d", 86400)]
)
def test_a_span_is_read(written: str, seconds: int) -> None:
    assert duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "10", "m", "-5m", "10 minutes", "1h30m"])
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write it as 90s, 10m, 2h or 1d"):
        duration(written)


@pytest.mark.parametrize(
    ("millis", "words"),
    [
        (0.4, "0 ms"),
        (111, "111 ms"),
        (9_999, "9999 ms"),
        (30_200, "30.2 s"),
        (720_000, "12 min"),
        (7_200_000, "2 h"),
    ],
)
def test_a_span_is_told_in_the_unit_that_suits_it(millis: float, words: str) -> None:
    assert took(millis) == words
