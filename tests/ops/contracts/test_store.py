"""A changed contract against its stored schema: a breaking change is named and not stored."""

from pathlib import Path

import msgspec
import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.upcasters import OrderPlaced1
from events.envelope import Fact
from ops.contracts.schema import Recursive, schema_of
from ops.contracts.store import SchemaStore
from tests.support.tickets import ADDITIVE, BREAKING, KEY, Code, TicketSold, seats, varied


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which TicketSold 1 is stored."""
    SchemaStore(tmp_path).extend({KEY: TicketSold})
    return tmp_path


def messages(folder: Path, contract: type[Fact], *, key: tuple[str, int] = KEY) -> list[str]:
    return [issue.message for issue in SchemaStore(folder).issues({key: contract})]


@pytest.mark.parametrize(("broken", "words"), BREAKING)
def test_a_breaking_change_is_named_with_its_remedy(
    folder: Path, broken: type[Fact], words: str
) -> None:
    found = list(SchemaStore(folder).issues({KEY: broken}))
    breaking = [issue.message for issue in found if not issue.fixable]

    assert any(words in message for message in breaking), found
    for message in breaking:
        assert message.startswith("TicketSold 1: `$")
        assert "make it TicketSold 2" in message
        assert "docs/contracts.md" in message


@pytest.mark.parametrize(("broken", "words"), BREAKING)
def test_no_additional_file_makes_a_broken_contract_pass(
    folder: Path, broken: type[Fact], words: str
) -> None:
    SchemaStore(folder).extend({KEY: broken})  # against the rule, as it has breaking issues

    assert any(words in message and "TicketSold.1.1.json" in message
               for message in messages(folder, broken))  # fmt: skip


@pytest.mark.parametrize(("grown", "words"), ADDITIVE)
def test_an_addition_is_stored_by_the_command_and_must_stay_from_then_on(
    folder: Path, grown: type[Fact], words: str
) -> None:
    before = list(SchemaStore(folder).issues({KEY: grown}))
    assert all(issue.fixable for issue in before)
    assert any(words in issue.message for issue in before)

    assert [path.name for path in SchemaStore(folder).extend({KEY: grown})] == [
        "TicketSold.1.1.json"
    ]

    assert messages(folder, grown) == []
    assert any("was removed" in message for message in messages(folder, TicketSold))


def test_an_unchanged_contract_is_not_stored_again(folder: Path) -> None:
    assert SchemaStore(folder).extend({KEY: TicketSold}) == []
    assert messages(folder, TicketSold) == []


@pytest.fixture
def first(folder: Path) -> Path:
    return folder / "TicketSold.1.json"


def test_an_edited_schema_must_be_restored(folder: Path, first: Path) -> None:
    first.write_text(first.read_text().replace('"maximum": 900', '"maximum": 901'))

    assert messages(folder, TicketSold)[0].startswith("TicketSold.1.json was edited")


def test_a_missing_schema_must_be_restored(folder: Path, first: Path) -> None:
    first.unlink()

    assert messages(folder, TicketSold)[0] == "TicketSold.1.json is missing: restore it."


def test_a_schema_that_was_not_sealed_is_refused(folder: Path, first: Path) -> None:
    (folder / "TicketSold.1.1.json").write_text(first.read_text())

    assert "only `make contracts` stores a schema" in messages(folder, TicketSold)[0]


def test_a_gap_in_the_stored_schemas_is_found(folder: Path, first: Path) -> None:
    first.rename(folder / "TicketSold.1.2.json")

    assert any("lacks a file before" in message for message in messages(folder, TicketSold))


def test_a_removed_contract_is_an_issue(folder: Path) -> None:
    (issue,) = SchemaStore(folder).issues({})

    assert "TicketSold 1: was published, but no contract reads it any more" in issue.message


def test_the_class_of_an_older_version_must_fit_its_schema_as_well(tmp_path: Path) -> None:
    key = ("OrderPlaced", 1)
    SchemaStore(tmp_path).extend({key: OrderPlaced1})

    assert any("`$.delivery` was added without" in each for each in messages(
        tmp_path, OrderPlaced, key=key))  # fmt: skip


def test_the_envelope_has_no_next_version(tmp_path: Path) -> None:
    key = ("Envelope", 1)
    SchemaStore(tmp_path).extend({key: TicketSold})

    (message, *_) = messages(tmp_path, varied(without="price"), key=key)
    assert "The envelope has no versions, so this cannot be done" in message


def test_descriptions_and_names_of_nested_classes_may_change() -> None:
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
