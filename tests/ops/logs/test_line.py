"""Lines of the live view, from records."""

import pytest

from functions.runtime import backoff
from ops.logs.line import LogLine, lines
from ops.logs.record import LogRecord
from tests.ops.conftest import record


def only(given: LogRecord) -> LogLine:
    (line,) = lines(given)
    return line


def test_each_stated_fact_has_a_line() -> None:
    stated = ("A/payment/attempt", "A/payment/charge")
    facts = ("PaymentPrepared", "PaymentCaptured")

    shown = lines(record("done", type="OrderPlaced", stated=stated, facts=facts))

    assert [(line.what, line.slot, line.service, line.mark) for line in shown] == [
        ("PaymentPrepared", "payment/attempt", "payment", ""),
        ("PaymentCaptured", "payment/charge", "payment", ""),
    ]


@pytest.mark.parametrize(
    ("slot", "type_"), [("placed", "OrderPlaced"), ("outcome", "OrderCancelled")]
)
def test_an_answer_with_a_fact_shows_the_fact(slot: str, type_: str) -> None:
    line = only(record("answered", service="checkout", event=f"A/{slot}", status=200))

    assert (line.what, line.slot, line.service) == (type_, slot, "checkout")


def test_a_published_event_shows_the_fact_and_its_service() -> None:
    published = record(
        "published", service="relay", event="A/payment/attempt", type="PaymentPrepared"
    )

    line = only(published)

    assert (line.what, line.slot, line.service) == ("PaymentPrepared", "payment/attempt", "payment")


def test_a_retry_shows_its_number_of_all_attempts_and_the_error() -> None:
    line = only(record("retry", receives=3, error="GatewayUnavailable", type="OrderPlaced"))

    assert line.what == f"x retry 3 of {backoff.receives_to_ride_out()}"
    assert (line.detail, line.slot) == ("GatewayUnavailable", None)


@pytest.mark.parametrize(
    ("given", "what", "detail"),
    [
        (record("duplicate"), "= duplicate", "slot filled"),
        (record("duplicate", "orders", event="A/placed"), "= duplicate", "rows are up to date"),
        (record("undecodable", error="Bad", detail="at $"), "x undecodable", "Bad at $"),
        (record("refused", status=422, route="POST /checkout"), "x refused", "422 POST /checkout"),
        (record("retry", error="TimeoutError"), "x retry", "TimeoutError"),
        (record("done", "orders", event="A/placed", type="OrderPlaced"), "- noted", "OrderPlaced"),
        (record("done", "orders"), "- noted", "handled"),
        (record("nothing", "ordering"), "- nothing", "nothing to do"),
        (record("unsent"), "x unsent", "refused by the topic"),
        (record("something-new", error="E"), "x something-new", "E"),
    ],
)  # fmt: skip
def test_every_other_outcome_has_a_mark_and_a_detail(
    given: LogRecord, what: str, detail: str
) -> None:
    line = only(given)

    assert (line.what, line.detail) == (what, detail)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (
            "functions/email/reactions.py:send_receipt",
            "KeyError at email/reactions.py:send_receipt",
        ),
        ("elsewhere", "KeyError"),
        (None, "KeyError"),
    ],
)
def test_an_error_is_shown_with_its_place_in_our_own_code(place: str | None, shown: str) -> None:
    line = only(record("retry", error="KeyError", at=place))

    assert line.detail.startswith(shown)
