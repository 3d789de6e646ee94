"""Recipients of an event beside those that stated a fact, with what became of it there."""

from datetime import timedelta

import pytest

from functions.analytics.service import SERVICE as ANALYTICS
from functions.map import CONSUMERS
from functions.ordering.service import SERVICE as ORDERING
from functions.orders.service import SERVICE as ORDERS
from functions.payment.service import SERVICE as PAYMENT
from functions.shipping.service import SERVICE as SHIPPING
from ops.logs.attempts import Attempts
from ops.logs.record import LogRecord
from ops.views.recipients import recipients, unheard_of
from testkit.builders import NOW, placed
from tests.ops.conftest import record

PLACED = placed()
HERE = (PAYMENT, ORDERING, SHIPPING, ORDERS, ANALYTICS)


def seen(outcome: str, service: str = "orders", **known: object) -> LogRecord:
    return record(outcome, service, event=PLACED.id, **known)


def text(*records: LogRecord) -> str:
    return recipients(PLACED, ["payment"], Attempts(records), HERE)


def test_subscribers_are_named_without_those_that_stated_a_fact() -> None:
    assert text() == "orders, analytics"
    assert recipients(PLACED, ["payment", "orders", "analytics"], Attempts(), HERE) == ""


def test_what_became_of_the_event_is_at_each_recipient() -> None:
    assert text(seen("done"), seen("done", "analytics")) == "orders, analytics (noted)"
    assert text(seen("nothing")) == "orders (nothing to do); analytics (no log line yet)"
    assert text(seen("retry", receives=3, error="ReadTimeoutError")) == (
        "orders (retry 3 of 29, ReadTimeoutError); analytics (no log line yet)"
    )
    assert text(seen("something-new")).startswith("orders (something-new);")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("done", "duplicate"), "noted, then duplicate"),
        (("done", "duplicate", "duplicate"), "noted, then duplicate"),
        (("retry", "retry", "done"), "retry, then noted"),
        (("retry", "done", "duplicate"), "noted, then duplicate"),
    ],
)
def test_the_last_two_outcomes_are_shown(outcomes: tuple[str, ...], expected: str) -> None:
    records = [
        seen(outcome, time=NOW + timedelta(seconds=number))
        for number, outcome in enumerate(outcomes)
    ]

    assert text(*records).startswith(f"orders ({expected});")


def test_an_event_is_unheard_of_until_each_subscriber_has_a_line_about_it() -> None:
    subscribers = [each.name for each in CONSUMERS if each.reaction_to(PLACED.type)]
    records = [seen("done", name) for name in subscribers]

    assert not unheard_of([PLACED], Attempts(records))
    assert unheard_of([PLACED], Attempts(records[1:]))
