"""Each seeded bug is found, and shrinks to a short report."""

from collections.abc import Iterator

import pytest

from simulation.campaign import Rows, Run, Tally, campaign
from simulation.report import replay_command, report
from simulation.shrink import shrink
from tests.simulation import (
    seeded_bugs_in_contents,
    seeded_bugs_in_delivery,
    seeded_bugs_in_mail,
)
from tests.simulation.seeding import SEEDED_BUGS
from tests.simulation.test_found import FOUND

SEEDS = 300
"""Worlds of ten orders in which each bug must show, with any map; most do in the first three."""

RARE = {
    "a_blocked_address_is_mailed": 78,
    "a_parcel_is_booked_without_a_lookup": 180,
    "it_does_not_void": 231,
    "later_events_overtake_a_refused_one": 65,
}
"""Bugs that show in two worlds of a hundred, and the seed to begin with, to save time."""

for each in (seeded_bugs_in_contents, seeded_bugs_in_delivery, seeded_bugs_in_mail):
    assert each.SEEDED_BUGS is SEEDED_BUGS

FOUND_BY: dict[str, tuple[str, ...]] = {
    "a_cancelled_reference_can_still_be_charged": ("payment_facts_match_the_gateway",),
    "a_mail_is_sent_without_reading_the_log": ("no_mail_is_sent_twice",),
    "a_parcel_is_booked_without_a_lookup": ("a_parcel_is_booked_once",),
    "a_parcel_is_booked_before_the_outcome": ("a_parcel_is_booked_once",),
    "a_redelivered_order_counts_again": ("the_figures_are_never_ahead_of_the_log",),
    "later_events_overtake_a_refused_one": ("events_are_published_in_order",),
    "it_acknowledges_before_the_put": ("only_handled_messages_are_acknowledged",),
    "it_confirms_the_losing_reference": ("only_one_reference_is_captured",),
    "it_confirms_before_stock_is_reserved": ("confirmed_is_reserved",),
    "it_does_not_void": ("a_cancelled_order_stays_uncharged",),
    "it_refunds_without_calling_the_gateway": ("payment_facts_match_the_gateway",),
    "late_rows_are_not_marked": ("the_figures_match_a_recount",),
    "expired_messages_are_not_replayed": ("every_consumer_handled_its_events",),
    "only_the_first_failure_of_a_batch_is_returned": ("only_handled_messages_are_acknowledged",),
    "ordering_ignores_stalls": ("every_order_completes",),
    "stock_is_not_returned_with_the_slot": ("stock_is_conserved",),
    "stock_is_returned_twice": ("stock_is_conserved",),
    "the_sequence_trusts_the_machine_clock": ("sequence_follows_causation",),
    "the_dead_letter_queue_is_dropped": ("no_message_is_lost",),
    "the_list_versions_rows_by_sequence": ("the_list_is_never_ahead_of_the_log",),
    "a_list_row_counts_a_fact_too_many": ("the_list_is_never_ahead_of_the_log",),
    "the_past_is_replayed_before_the_subscription": ("every_consumer_handled_its_events",),
    "the_relay_ignores_refused_entries": (
        "events_are_published_in_order",
        "no_event_is_lost",
    ),
    "the_stream_is_read_in_parallel": ("events_are_published_in_order",),
    "the_retry_delay_does_not_grow": ("retries_outlast_an_outage",),
    "only_the_first_lines_are_reserved": ("what_is_reserved_was_ordered",),
    "only_the_first_lines_are_returned": ("stock_is_conserved",),
    "an_amount_of_seven_digits_is_cut": ("what_is_captured_is_the_total",),
    "a_mail_has_only_the_first_lines": ("a_mail_has_all_lines_of_its_order",),
    "every_order_is_charged_in_euros": ("what_is_captured_is_the_total",),
    "every_refund_is_stated_in_euros": ("what_is_refunded_was_captured",),
    "every_parcel_goes_by_standard_delivery": ("a_parcel_goes_as_it_was_ordered",),
    "every_amount_has_two_digits_after_the_point": ("a_mail_names_the_amounts_of_its_order",),
    "every_mail_goes_to_the_first_customer": ("a_mail_goes_to_the_customer_of_its_order",),
    "a_dispatch_note_is_sent_before_the_parcel": ("a_mail_is_not_sent_before_its_reason",),
    "a_cancellation_is_mailed_before_the_outcome": ("a_mail_is_not_sent_before_its_reason",),
    "the_first_mail_has_what_was_typed": ("nothing_typed_is_mailed_before_payment",),
    "a_line_has_the_price_of_one_piece": ("a_mail_names_the_amounts_of_its_order",),
    "a_dispatch_note_has_the_order_instead_of_the_parcel": ("a_dispatch_note_has_its_parcel",),
    "a_blocked_address_is_mailed": ("no_mail_follows_one_that_came_back",),
    "a_bounce_for_a_time_blocks": ("a_returned_mail_was_returned",),
    "a_complaint_is_ignored": ("every_mail_that_came_back_is_stated",),
    "the_list_counts_lines_and_not_pieces": ("the_list_is_what_the_log_means",),
    "the_list_shows_every_total_in_euros": ("the_list_is_what_the_log_means",),
    "the_list_knows_no_dispatch": ("the_list_is_what_the_log_means",),
    "the_figures_add_up_all_currencies": ("the_figures_are_what_the_log_means",),
    "the_days_of_the_figures_begin_an_hour_late": ("the_figures_are_what_the_log_means",),
}
"""The invariants that each bug must break."""


def violations(rows: Rows, first: int = 0) -> Iterator[Run]:
    return campaign(range(first, first + SEEDS), 10, Tally(), rows=rows)


@pytest.mark.parametrize("name", sorted(FOUND_BY))
def test_a_seeded_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = set(FOUND_BY[name])
    for found in violations(SEEDED_BUGS[name](monkeypatch), RARE.get(name, 0)):
        assert found.violation is not None
        missed.discard(found.violation.name)
        if not missed:
            return

    assert not missed


def test_every_seeded_bug_has_a_test() -> None:
    """The rarest has seeds of its own, in `test_found`."""
    found = {bug for bug, _, _ in FOUND}

    assert sorted({*FOUND_BY, *found}) == sorted(SEEDED_BUGS)
    assert RARE.keys() <= FOUND_BY.keys()


def test_a_violation_shrinks_to_a_short_report(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = SEEDED_BUGS["it_confirms_the_losing_reference"](monkeypatch)
    found = next(violations(rows))
    small = shrink(found, rows)

    assert found.violation is not None
    assert small.violation is not None
    assert small.violation.name == found.violation.name
    assert len(small.scenario.present) == 1
    assert len(small.world.scheduler.injected) <= 2
    lines = "\n".join(report(small))
    assert "1 order and" in lines
    assert "captured" in lines
    assert small.violation.sentence in lines
    assert replay_command(small) == f"fanfare simulate --seed {found.scenario.seed} --orders 10"
