"""Does it bite? Each planted mistake is found, and told as a short story."""

import pytest

from ops.simulation.campaign import Run, Tally, campaign
from ops.simulation.shrink import shrink
from ops.simulation.story import again, story
from tests.ops.simulation.planted import PLANTED, Rows, it_confirms_the_losing_reference
from tests.ops.simulation.test_found import FOUND

SEEDS = 60
"""Worlds of ten orders within which each mistake must be found."""

FOUND_BY = {
    "it_acknowledges_before_the_put": "no_order_waits_for_ever",
    "a_cancelled_reference_can_still_be_charged": "what_the_log_says_of_money_is_so",
    "it_confirms_the_losing_reference": "only_one_reference_is_captured",
    "it_refunds_without_asking_the_gateway": "no_order_waits_for_ever",
    "it_confirms_what_is_only_paid": "confirmed_is_paid_and_reserved",
    "ordering_is_deaf_to_stalls": "no_order_waits_for_ever",
    "stock_is_put_back_twice_over": "stock_is_conserved",
    "a_parcel_is_booked_without_asking": "a_parcel_is_booked_once",
    "a_parcel_moves_before_the_outcome": "a_parcel_is_booked_once",
    "a_mail_goes_without_looking": "no_mail_goes_twice",
    "the_relay_ignores_refused_entries": "every_event_was_published",
    "the_dead_letter_queue_is_dropped": "every_consumer_handled_what_it_hears",
    "the_clock_of_the_machine_is_believed": "sequence_follows_causation",
    "the_list_keeps_what_is_newest_by_sequence": "the_projection_is_the_fold",
    "late_rows_are_not_marked": "the_figures_are_a_recount",
}
"""The invariant that shows each mistake, in the first world that does."""


def first(rows: Rows) -> Run:
    return next(campaign(range(SEEDS), 10, Tally(), rows=rows))


@pytest.mark.parametrize("name", sorted(FOUND_BY))
def test_a_planted_mistake_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = first(PLANTED[name](monkeypatch))

    assert found.violation is not None
    assert found.violation.name == FOUND_BY[name]


def test_every_planted_mistake_is_looked_for() -> None:
    """What is rare has a seed of its own, in `test_found`."""
    rare = {was for was, _, _ in FOUND}

    assert sorted({*FOUND_BY, *rare}) == sorted(PLANTED)


def test_what_is_found_shrinks_to_a_short_story(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = it_confirms_the_losing_reference(monkeypatch)
    found = first(rows)
    small = shrink(found, rows)

    assert found.violation is not None
    assert small.violation is not None
    assert small.violation.name == found.violation.name
    assert len(small.plan.present) == 1
    assert len(small.world.engine.fired) <= 2
    told = "\n".join(story(small))
    assert "1 order and" in told
    assert "captured" in told
    assert small.violation.sentence in told
    assert again(small) == f"fanfare simulate --seed {found.plan.seed} --orders 10"
