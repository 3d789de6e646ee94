"""Gate: today's contracts pass, and each version needs an upcaster and a sample."""

from pathlib import Path
from typing import ClassVar

import pytest

from events import codec
from events.contracts.upcasters import UPCASTERS, Upcaster
from ops.contracts.gate import issues, sample_issues, upcaster_issues
from ops.contracts.seals import seal
from ops.contracts.store import SchemaStore
from tests.support.tickets import TicketSold


def test_no_contract_breaks_a_published_schema() -> None:
    assert [issue.message for issue in issues(SchemaStore())] == []


class TicketSold3(TicketSold, frozen=True, kw_only=True):
    version: ClassVar[int] = 3


FIRST, SECOND = (
    Upcaster(type(f"T{n}", (TicketSold,), {"version": n, "__annotations__": {}}), lambda old: old)
    for n in (1, 2)
)


@pytest.mark.parametrize(
    "steps", [(), (FIRST,), (SECOND,), (SECOND, FIRST), (FIRST, FIRST)],
    ids=["none", "no second", "no first", "wrong way round", "twice the first"],
)  # fmt: skip
def test_every_version_below_todays_needs_an_upcaster(steps: tuple[Upcaster, ...]) -> None:
    (issue,) = upcaster_issues({"TicketSold": TicketSold3}, {"TicketSold": steps})

    assert (
        "events/contracts/upcasters.py must have the contracts and upcasters of [1, 2]"
        in issue.message
    )
    assert "docs/contracts.md" in issue.message


def test_a_complete_chain_of_upcasters_has_no_issue() -> None:
    assert not list(upcaster_issues({"TicketSold": TicketSold3}, {"TicketSold": (FIRST, SECOND)}))


def test_a_type_with_earlier_versions_only_is_an_issue() -> None:
    (issue,) = upcaster_issues({}, UPCASTERS)

    assert issue.message.startswith("OrderPlaced has earlier versions")


def test_every_version_must_have_a_sample(tmp_path: Path) -> None:
    sample = tmp_path / "OrderPlaced.1.json"
    sample.touch()
    seal(tmp_path, [sample])
    (issue,) = sample_issues({"OrderPlaced": codec.CONTRACTS["OrderPlaced"]}, tmp_path)

    assert issue.message.startswith("OrderPlaced 2 has no sample")


def test_a_sample_that_was_edited_removed_or_never_sealed_is_found(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.1.json" for name in ("Edited", "Gone", "Whole")]
    for file in files:
        file.write_text("{}")
    seal(tmp_path, files)
    files[0].write_text("{ }")
    files[1].unlink()
    (tmp_path / "New.1.json").write_text("{}")
    (tmp_path / "checkout.json").write_text("a request, which is no event")

    edited, gone, new = (issue.message for issue in sample_issues({}, tmp_path))
    assert edited.startswith("Edited.1.json was edited: restore it; a published file is never")
    assert gone == "Gone.1.json is missing: restore it."
    assert new.startswith("New.1.json is no such event: ")
