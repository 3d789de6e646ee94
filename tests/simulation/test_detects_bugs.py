"""Does it bite? Each seeded_bug mistake is found, and told as a short story."""

from collections.abc import Iterator

import pytest

from simulation.campaign import Run, Tally, campaign
from simulation.report import replay_command, report
from simulation.shrink import shrink
from tests.simulation.seeded_bugs import it_confirms_the_losing_reference
from tests.simulation.seeded_bugs_in_delivery import SEEDED_BUGS
from tests.simulation.seeding import Rows
from tests.simulation.test_found import FOUND

SEEDS = 60
"""Worlds of ten orders within which each mistake must be shown; most are in the first three."""

RARE = {"a_parcel_is_booked_without_asking": 180, "it_does_not_void": 60}
"""Those that two worlds in a hundred show, and the seed to begin with, since seconds count here."""

FOUND_BY: dict[str, tuple[str, ...]] = {
    "a_cancelled_reference_can_still_be_charged": ("what_the_log_says_of_money_is_so",),
    "a_mail_goes_without_looking": ("no_mail_goes_twice",),
    "a_parcel_is_booked_without_asking": ("a_parcel_is_booked_once",),
    "a_parcel_moves_before_the_outcome": ("a_parcel_is_booked_once",),
    "an_order_counts_each_time_that_it_is_heard_of": ("the_figures_are_never_beyond_the_log",),
    "an_order_goes_on_without_what_was_refused": ("an_order_is_published_in_order",),
    "it_acknowledges_before_the_put": ("nothing_is_acknowledged_undone",),
    "it_confirms_the_losing_reference": ("only_one_reference_is_captured",),
    "it_confirms_what_is_only_paid": ("confirmed_is_paid_and_reserved",),
    "it_does_not_void": ("a_cancelled_order_stays_uncharged",),
    "it_refunds_without_asking_the_gateway": ("what_the_log_says_of_money_is_so",),
    "late_rows_are_not_marked": ("the_figures_are_a_recount",),
    "nobody_sends_again_what_a_queue_has_not_kept": ("every_consumer_handled_what_it_hears",),
    "only_the_first_failure_of_a_batch_is_told": ("nothing_is_acknowledged_undone",),
    "ordering_is_deaf_to_stalls": ("no_order_waits_for_ever",),
    "stock_is_put_back_apart_from_the_slot": ("stock_is_conserved",),
    "stock_is_put_back_twice_over": ("stock_is_conserved",),
    "the_clock_of_the_machine_is_believed": ("sequence_follows_causation",),
    "the_dead_letter_queue_is_dropped": ("no_message_is_forgotten",),
    "the_list_keeps_what_is_newest_by_sequence": ("the_list_is_never_ahead_of_the_log",),
    "the_list_tells_of_what_is_yet_to_come": ("the_list_is_never_ahead_of_the_log",),
    "the_past_is_replayed_before_the_queue_is_subscribed": (
        "every_consumer_handled_what_it_hears",
    ),
    "the_relay_ignores_refused_entries": (
        "an_order_is_published_in_order",
        "no_event_is_forgotten",
    ),
    "the_stream_is_read_by_several_at_once": ("an_order_is_published_in_order",),
    "the_wait_between_tries_does_not_grow": ("what_fails_rides_out_an_outage",),
}
"""The invariants that must show each mistake."""


def violations(rows: Rows, first: int = 0) -> Iterator[Run]:
    return campaign(range(first, first + SEEDS), 10, Tally(), rows=rows)


@pytest.mark.parametrize("name", sorted(FOUND_BY))
def test_a_planted_mistake_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = set(FOUND_BY[name])
    for found in violations(SEEDED_BUGS[name](monkeypatch), RARE.get(name, 0)):
        assert found.violation is not None
        missed.discard(found.violation.name)
        if not missed:
            return

    assert not missed


def test_every_planted_mistake_is_looked_for() -> None:
    """What is rarest has seeds of its own, in `test_found`."""
    found = {was for was, _, _ in FOUND}

    assert sorted({*FOUND_BY, *found}) == sorted(SEEDED_BUGS)
    assert RARE.keys() <= FOUND_BY.keys()


def test_what_is_found_shrinks_to_a_short_story(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = it_confirms_the_losing_reference(monkeypatch)
    found = next(violations(rows))
    small = shrink(found, rows)

    assert found.violation is not None
    assert small.violation is not None
    assert small.violation.name == found.violation.name
    assert len(small.scenario.present) == 1
    assert len(small.world.engine.fired) <= 2
    told = "\n".join(report(small))
    assert "1 order and" in told
    assert "captured" in told
    assert small.violation.sentence in told
    assert replay_command(small) == f"fanfare simulate --seed {found.scenario.seed} --orders 10"
