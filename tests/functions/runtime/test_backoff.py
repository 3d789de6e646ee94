"""The waits between tries, and whether they last through an outage."""

from functions.runtime import backoff


def test_the_wait_doubles_from_thirty_seconds_to_fifteen_minutes() -> None:
    assert [backoff.delay(n) for n in range(1, 8)] == [30, 60, 120, 240, 480, 900, 900]


def test_the_wait_of_a_message_that_was_received_very_often_is_the_longest() -> None:
    assert backoff.delay(1_000_000) == backoff.LONGEST_DELAY


def test_the_derived_receives_ride_out_an_outage_of_six_hours() -> None:
    most = backoff.receives_to_ride_out()
    tried_at = [0]
    for receives in range(1, most):
        tried_at.append(tried_at[-1] + backoff.delay(receives))

    assert backoff.OUTAGE == 6 * 3600
    assert tried_at[-1] >= backoff.OUTAGE > tried_at[-2]


def test_a_wait_that_ends_with_the_outage_rides_it_out_and_a_second_less_does_not() -> None:
    assert [backoff.receives_to_ride_out(n) for n in (1, 30, 31, 90, 91)] == [2, 2, 3, 3, 4]


def test_without_an_outage_one_receive_is_enough() -> None:
    assert backoff.receives_to_ride_out(0) == 1
