"""Each bug that is seeded where functions meet AWS is found by the sweep."""

from contextlib import closing

import pytest

from tests.faults.scenarios import SCENARIOS
from tests.faults.seeded_bugs import SEEDED_BUGS, seed
from tests.faults.sweep import CallPath, sweep
from tests.support.template import Templates

FOUND_BY = {
    "the_relay_ignores_refused_entries": ("relay", "sns", "every_order_completes"),
    "the_relay_goes_on_when_the_topic_fails": ("relay", "sns", "every_order_completes"),
    "it_acknowledges_what_has_failed": ("shipping", "dynamodb.Put", "every_order_completes"),
    "a_slot_is_put_unconditionally": (
        "ordering",
        "dynamodb.Put",
        "a_filled_slot_never_changes",
    ),
    "stock_is_taken_before_the_slot": ("inventory", "dynamodb", "stock_is_conserved"),
    "a_conflict_counts_as_a_success": ("inventory", "dynamodb", "every_order_completes"),
    "a_record_is_put_unconditionally": (
        "payment",
        "dynamodb.Put",
        "a_record_replaces_the_version_that_was_read",
    ),
    "the_sdk_sends_mail_again": ("email", "sesv2", "no_mail_is_sent_twice"),
    "it_confirms_the_losing_reference": (
        "payment",
        "dynamodb.Put",
        "only_one_reference_is_captured",
    ),
}
"""For each bug a function, the start of its call, and the invariant that breaks."""


@pytest.mark.parametrize("name", sorted(FOUND_BY))
def test_a_seeded_bug_is_found(
    name: str, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, call, invariant = FOUND_BY[name]
    seed(monkeypatch, name)

    def wanted(site: CallPath) -> bool:
        return site[0] == function and site[-1].startswith(call)

    with closing(sweep(templates, SCENARIOS["confirmed and sent"], wanted)) as met:
        found = next((found for _, _, found in met if found), None)

    assert found is not None
    assert found.name == invariant


def test_every_seeded_bug_has_a_test() -> None:
    assert sorted(FOUND_BY) == sorted(SEEDED_BUGS)
