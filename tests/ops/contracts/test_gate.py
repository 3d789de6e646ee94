"""The gate of the contracts: open for what is there, with a step between any two versions."""

from pathlib import Path
from typing import ClassVar

import pytest

from events import codec
from events.contracts.upcasters import EARLIER, Earlier
from ops.contracts.gate import findings, lifting, sampling
from ops.contracts.kept import Kept
from ops.contracts.seals import seal
from tests.support.tickets import TicketSold


def test_no_contract_breaks_what_was_ever_published() -> None:
    assert [finding.says for finding in findings(Kept())] == []


class TicketSold3(TicketSold, frozen=True, kw_only=True):
    version: ClassVar[int] = 3


FIRST, SECOND = (
    Earlier(type(f"T{n}", (TicketSold,), {"version": n, "__annotations__": {}}), lambda old: old)
    for n in (1, 2)
)


@pytest.mark.parametrize(
    "steps", [(), (FIRST,), (SECOND,), (SECOND, FIRST), (FIRST, FIRST)],
    ids=["none", "no second", "no first", "wrong way round", "twice the first"],
)  # fmt: skip
def test_every_version_below_todays_must_be_lifted(steps: tuple[Earlier, ...]) -> None:
    (finding,) = lifting({"TicketSold": TicketSold3}, {"TicketSold": steps})

    assert (
        "events/contracts/upcasters.py must have the contracts and upcasters of [1, 2]"
        in finding.says
    )
    assert "docs/contracts.md" in finding.says


def test_a_whole_ladder_is_fine() -> None:
    assert not list(lifting({"TicketSold": TicketSold3}, {"TicketSold": (FIRST, SECOND)}))


def test_a_type_of_the_past_alone_is_missed() -> None:
    (finding,) = lifting({}, EARLIER)

    assert finding.says.startswith("OrderPlaced has earlier versions")


def test_every_version_must_have_a_specimen(tmp_path: Path) -> None:
    specimen = tmp_path / "OrderPlaced.1.json"
    specimen.touch()
    seal(tmp_path, [specimen])
    (finding,) = sampling({"OrderPlaced": codec.CONTRACTS["OrderPlaced"]}, tmp_path)

    assert finding.says.startswith("OrderPlaced 2 has no specimen")


def test_a_specimen_that_was_edited_removed_or_never_sealed_is_found(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.1.json" for name in ("Edited", "Gone", "Whole")]
    for file in files:
        file.write_text("{}")
    seal(tmp_path, files)
    files[0].write_text("{ }")
    files[1].unlink()
    (tmp_path / "New.1.json").write_text("{}")
    (tmp_path / "checkout.json").write_text("a request, which is no event")

    assert [finding.says for finding in sampling({}, tmp_path)] == [
        "Gone.1.json was kept and is gone: restore it.",
        "Edited.1.json is not as it was kept: restore it; what was published is never edited.",
        (
            "New.1.json is not sealed: `cd events/samples && sha256sum New.1.json >> SHA256SUMS`"
            " seals a new one."
        ),
    ]
