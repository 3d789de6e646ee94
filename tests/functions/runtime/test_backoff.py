"""Retry policy: delays, and the receives for an outage of six hours."""

import pytest

from functions.runtime import backoff


def test_the_delay_doubles_from_thirty_seconds_to_fifteen_minutes() -> None:
    assert [backoff.delay(n) for n in range(1, 8)] == [30, 60, 120, 240, 480, 900, 900]


def test_after_very_many_receives_the_delay_is_the_longest() -> None:
    assert backoff.delay(1_000_000) == backoff.LONGEST_DELAY


def test_the_derived_receives_last_for_an_outage_of_six_hours() -> None:
    most = backoff.receives_to_ride_out()
    tried_at = [0]
    for receives in range(1, most):
        tried_at.append(tried_at[-1] + backoff.delay(receives))

    assert backoff.OUTAGE == 6 * 3600
    assert tried_at[-1] >= backoff.OUTAGE > tried_at[-2]


def test_delays_that_end_exactly_with_the_outage_last_for_it() -> None:
    assert [backoff.receives_to_ride_out(n) for n in (1, 30, 31, 90, 91)] == [2, 2, 3, 3, 4]


@pytest.mark.parametrize(
    ("timeout", "visibility"), [(1, 900), (75, 900), (150, 900), (151, 906), (900, 5400)]
)
def test_messages_of_a_dead_function_are_hidden_six_timeouts_and_at_least_the_longest_delay(
    timeout: int, visibility: int
) -> None:
    assert backoff.visibility(timeout) == visibility


def test_without_an_outage_one_receive_is_enough() -> None:
    assert backoff.receives_to_ride_out(0) == 1
