"""A changed contract against what was kept of it: what breaks a reader is named, and not kept."""

from pathlib import Path

import msgspec
import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.upcasters import OrderPlaced1
from events.envelope import Fact
from ops.contracts.kept import Kept
from ops.contracts.schema import Recursive, schema_of
from tests.support.tickets import ADDITIVE, BREAKING, KEY, Code, TicketSold, seats, varied


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which TicketSold 1 was kept."""
    Kept(tmp_path).extend({KEY: TicketSold})
    return tmp_path


def says(folder: Path, contract: type[Fact], *, key: tuple[str, int] = KEY) -> list[str]:
    return [finding.says for finding in Kept(folder).findings({key: contract})]


@pytest.mark.parametrize(
    ("broken", "words"), [row[1:] for row in BREAKING], ids=[row[0] for row in BREAKING]
)
def test_a_change_that_breaks_readers_is_named_with_what_to_do(
    folder: Path, broken: type[Fact], words: str
) -> None:
    found = list(Kept(folder).findings({KEY: broken}))
    breaking = [finding.says for finding in found if not finding.mendable]

    assert any(words in finding for finding in breaking), found
    for finding in breaking:
        assert finding.startswith("TicketSold 1: `$")
        assert "make it TicketSold 2" in finding
        assert "docs/contracts.md" in finding


@pytest.mark.parametrize(
    ("broken", "words"), [row[1:] for row in BREAKING], ids=[row[0] for row in BREAKING]
)
def test_no_file_that_is_added_makes_a_broken_contract_pass(
    folder: Path, broken: type[Fact], words: str
) -> None:
    Kept(folder).extend({KEY: broken})  # as nobody should, since there were findings

    assert any(words in finding and "TicketSold.1.1.json" in finding
               for finding in says(folder, broken))  # fmt: skip


@pytest.mark.parametrize(
    ("grown", "words"), [row[1:] for row in ADDITIVE], ids=[row[0] for row in ADDITIVE]
)
def test_an_addition_is_kept_once_that_is_asked_for_and_from_then_on_as_firmly(
    folder: Path, grown: type[Fact], words: str
) -> None:
    before = list(Kept(folder).findings({KEY: grown}))
    assert all(finding.mendable for finding in before)
    assert any(words in finding.says for finding in before)

    assert [path.name for path in Kept(folder).extend({KEY: grown})] == ["TicketSold.1.1.json"]

    assert says(folder, grown) == []
    assert any("was removed" in finding for finding in says(folder, TicketSold))


def test_what_did_not_change_is_not_kept_again(folder: Path) -> None:
    assert Kept(folder).extend({KEY: TicketSold}) == []
    assert says(folder, TicketSold) == []


@pytest.fixture
def first(folder: Path) -> Path:
    return folder / "TicketSold.1.json"


def test_a_kept_schema_that_was_edited_is_to_be_restored(folder: Path, first: Path) -> None:
    first.write_text(first.read_text().replace('"maximum": 900', '"maximum": 901'))

    assert says(folder, TicketSold)[0].startswith("TicketSold.1.json is not as it was kept")


def test_a_kept_schema_that_is_gone_is_to_be_restored(folder: Path, first: Path) -> None:
    first.unlink()

    assert says(folder, TicketSold)[0] == "TicketSold.1.json was kept and is gone: restore it."


def test_a_schema_from_elsewhere_is_not_taken(folder: Path, first: Path) -> None:
    (folder / "TicketSold.1.1.json").write_text(first.read_text())

    assert "only `make contracts` keeps a schema" in says(folder, TicketSold)[0]


def test_a_gap_in_what_was_kept_is_seen(folder: Path, first: Path) -> None:
    first.rename(folder / "TicketSold.1.2.json")

    assert any("lacks one of the files" in finding for finding in says(folder, TicketSold))


def test_a_contract_that_was_removed_is_missed(folder: Path) -> None:
    (finding,) = Kept(folder).findings({})

    assert "TicketSold 1: was published, and there is no contract any more" in finding.says


def test_an_older_versions_class_is_held_to_what_was_kept_as_well(tmp_path: Path) -> None:
    key = ("OrderPlaced", 1)
    Kept(tmp_path).extend({key: OrderPlaced1})

    assert any("`$.delivery` was added without" in each for each in says(
        tmp_path, OrderPlaced, key=key))  # fmt: skip


def test_the_envelope_has_no_next_version_to_be_told_of(tmp_path: Path) -> None:
    key = ("Envelope", 1)
    Kept(tmp_path).extend({key: TicketSold})

    (finding, *_) = says(tmp_path, varied(without=("price",)), key=key)
    assert "The envelope has no versions, so this cannot be done" in finding


def test_prose_and_names_of_parts_may_change() -> None:
    class Chair(msgspec.Struct, frozen=True, kw_only=True):
        """A seat by another name."""

        row: Code
        number: int

    other = varied(seats=seats(Chair), row=(Chair | None, None))

    assert schema_of(*KEY, other) == schema_of(*KEY, TicketSold)


class Box(msgspec.Struct, frozen=True):
    inside: "Box | None" = None


def test_a_contract_that_contains_itself_is_refused() -> None:
    with pytest.raises(Recursive, match="Box contains itself"):
        schema_of("Box", 1, Box)
