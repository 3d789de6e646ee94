"""The envelope: attributes that an event inherits from its cause, and equality of facts."""

from datetime import timedelta

from events.contracts.ordering import OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import (
    CHARGE,
    PaymentCaptured,
    PaymentDeclined,
    PaymentPrepared,
    PaymentVoided,
)
from events.envelope import millis, span_id
from testkit.builders import NOW, ORDER, TRACEPARENT, order_placed, placed, then

FIRST = placed()


def test_the_first_event_of_an_order_has_no_cause_but_the_request() -> None:
    assert FIRST.causationid is None
    assert FIRST.correlationid


def test_an_events_id_is_its_order_and_its_slot() -> None:
    assert FIRST.id == f"{ORDER}/placed"
    assert then(FIRST, PaymentPrepared(reference="r")).id == f"{ORDER}/payment/attempt"


def test_a_slot_can_be_named_where_the_contract_fills_more_than_one() -> None:
    assert then(FIRST, PaymentVoided(reference="r"), slot=CHARGE).slot == "payment/charge"
    assert then(FIRST, OrderStalled(waited_seconds=9), slot="stalled/1").slot == "stalled/1"


def test_a_consequence_keeps_the_correlation_and_names_its_cause() -> None:
    prepared = then(FIRST, PaymentPrepared(reference="r"))

    assert prepared.correlationid == FIRST.correlationid
    assert prepared.causationid == FIRST.id
    assert prepared.subject == FIRST.subject


def test_all_events_of_an_order_are_one_trace_with_a_span_each() -> None:
    prepared = then(FIRST, PaymentPrepared(reference="r"))
    version, trace, span, flags = prepared.traceparent.split("-")

    assert [version, trace, flags] == [TRACEPARENT.split("-")[i] for i in (0, 1, 3)]
    assert span == span_id(prepared.id) != span_id(FIRST.id)


def test_a_consequence_sorts_after_its_cause_with_a_clock_an_hour_behind() -> None:
    late = then(FIRST, PaymentPrepared(reference="r"), now=NOW - timedelta(hours=1))

    assert late.sequence > FIRST.sequence


def test_a_consequence_sorts_after_every_event_that_was_read_for_it() -> None:
    ahead = then(FIRST, PaymentPrepared(reference="r"), now=NOW + timedelta(hours=1))
    joined = then(FIRST, OrderConfirmed(), seen=[ahead.sequence])

    assert joined.sequence > ahead.sequence


def test_a_retry_states_the_same_fact_at_another_time() -> None:
    amount = order_placed().total
    captured = PaymentCaptured(reference="r", amount=amount)
    later = then(FIRST, captured, now=NOW + timedelta(hours=1))

    assert then(FIRST, captured).same_fact(later)


def test_another_reference_is_another_fact() -> None:
    one, other = (then(FIRST, PaymentPrepared(reference=r)) for r in ("r", "s"))

    assert not one.same_fact(other)


def test_another_type_is_another_fact() -> None:
    declined = then(FIRST, PaymentDeclined(reference="r", reason="card_declined"))

    assert not declined.same_fact(then(FIRST, PaymentVoided(reference="r"), slot=CHARGE))


def test_unix_time_is_counted_in_whole_milliseconds() -> None:
    assert millis(NOW + timedelta(microseconds=1999)) == millis(NOW) + 1
