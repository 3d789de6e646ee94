"""Feed: lines are filtered, and each fact is shown once."""

from typing import Any

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.logs.feed import Feed
from ops.logs.filter import Filter
from ops.logs.record import LogRecord
from tests.ops.conftest import record

DONE: dict[str, Any] = {"stated": ("A/payment/charge",), "facts": ("PaymentCaptured",)}
PUBLISHED = {"event": "A/payment/charge", "type": "PaymentCaptured"}


def shown(only: Filter, *records: LogRecord) -> list[tuple[str, str]]:
    return [(line.what, line.service) for line in Feed(only).lines(records)]


def test_a_fact_is_shown_once_whichever_record_comes_first() -> None:
    done, published = record("done", **DONE), record("published", "relay", **PUBLISHED)

    assert shown(Filter(), done, published, done) == [("PaymentCaptured", "payment")]
    assert shown(Filter(), published, done) == [("PaymentCaptured", "payment")]


def test_a_filter_for_an_outcome_shows_all_records_with_it() -> None:
    published = record("published", "relay", **PUBLISHED)

    only = Filter.of(outcomes=["published"])

    assert len(shown(only, record("done", **DONE), published, published)) == 2


def test_an_outcome_of_no_interest_is_shown_only_by_a_filter_for_it() -> None:
    nothing = record("nothing", "ordering")

    assert shown(Filter(), nothing) == []
    assert shown(Filter.of(outcomes=["nothing"]), nothing) == [("- nothing", "ordering")]


def test_a_consumer_that_states_no_fact_has_a_line() -> None:
    noted = record("done", "analytics", event="A/placed", type="OrderPlaced")

    assert shown(Filter(), noted) == [("- noted", "analytics")]
    assert shown(Filter.of(outcomes=["noted"]), noted, record("done", **DONE)) == [
        ("- noted", "analytics")
    ]


def test_a_named_consumer_is_shown_with_all_that_it_does() -> None:
    records = (record("nothing", "ordering"), record("nothing"), record("summed", "analytics"))

    assert shown(Filter.of(services=["ordering"]), *records) == [("- nothing", "ordering")]
    assert shown(Filter.of(services=["analytics"]), *records) == [("- summed", "analytics")]


def test_lines_of_one_request_are_selected_by_its_correlation_id() -> None:
    records = (record("retry", correlation="one"), record("retry", "email", correlation="two"))

    assert shown(Filter.of(correlation="two"), *records) == [("x retry", "email")]


def test_a_correlation_id_must_be_a_term_of_a_filter_pattern() -> None:
    with pytest.raises(CommandError, match="'a\" b' is not a correlation id") as refused:
        Filter.of(correlation='a" b')

    assert refused.value.code is ExitCode.USAGE


def test_failures_are_counted_and_refusals_are_not() -> None:
    feed = Feed(Filter())

    shown = list(feed.lines([record("failed"), record("retry"), record("refused", "checkout")]))

    assert (len(shown), feed.failures) == (3, 2)


def test_an_unknown_outcome_is_shown() -> None:
    assert shown(Filter(), record("something-new")) == [("x something-new", "payment")]


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (Filter.of(services=["payment"]), ["PaymentCaptured"]),
        (Filter.of(types=["StockReserved"]), ["StockReserved", "= duplicate"]),
        (Filter.of(order="b"), ["StockReserved"]),
        (Filter.of(services=["payment"], types=["StockReserved"]), []),
    ],
)
def test_lines_are_filtered_by_service_type_and_order(only: Filter, expected: list[str]) -> None:
    reserved: dict[str, Any] = {
        "stated": ("B/inventory/reserve",),
        "facts": ("StockReserved",),
        "order": "BCD",
    }
    records = (
        record("done", **DONE),
        record("done", "inventory", **reserved),
        record("duplicate", "ordering", type="StockReserved"),
    )

    assert [what for what, _ in shown(only, *records)] == expected


@pytest.mark.parametrize(
    "given",
    [{"services": ["emial"]}, {"types": ["OrderPlacd"]}, {"outcomes": ["fine"]}],
)
def test_an_unknown_name_is_refused_with_the_known_ones(given: Any) -> None:
    with pytest.raises(CommandError, match=r"There is no \w+ '\w+'; there are \w+") as refused:
        Filter.of(**given)

    assert refused.value.code is ExitCode.USAGE


def test_orders_facts_and_failures_are_counted_whether_shown_or_not() -> None:
    feed = Feed(Filter.of(order="Z"))
    answered = record("answered", "checkout", event="A/placed")

    assert list(feed.lines([answered, record("done", **DONE), record("retry", receives=1)])) == []

    assert (feed.orders, feed.facts, feed.failures) == (1, 2, 1)
