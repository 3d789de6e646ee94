"""Names that are refused: by what they are taken, and nothing is written."""

import json
from typing import Any

import pytest

from events import codec
from functions.framework.service import TAKEN
from functions.map import SERVICES
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.scaffold.checkout import CONTRACTS, SAMPLES, SCHEMAS, TESTS, Checkout
from ops.scaffold.command import new_consumer, new_event
from tests.ops.scaffold.conftest import contents

LONGEST = "example" + "x" * 24
LONG_TYPE = "Example" + "Abc" * 11 + "D"


def refused(tree: Checkout, name: str, **options: Any) -> CommandError:
    """Return the error of a new consumer; nothing may have been written."""
    before = contents(tree)
    with pytest.raises(CommandError) as error:
        new_consumer(Options(), name, root=tree.root, **options)
    assert contents(tree) == before
    return error.value


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("email", "the service in functions/email/"),
        ("api", "API in functions/map.py"),
        ("consumers", "CONSUMERS in functions/map.py"),
        ("bus", "the stack of the bus of every stage, fanfare-STAGE-bus"),
        ("log", "the table of the log of every stage, fanfare-STAGE-log"),
        ("undelivered", "the queue of undelivered messages of every stage"),
        ("framework", "functions/framework, which is no service"),
        ("class", "Python, whose keyword it is"),
        ("match", "Python, whose keyword it is"),
        ("exampleold", "the folder in functions/exampleold/"),
        ("exampletested", f"the tests in {TESTS}/exampletested/"),
        ("exampleretired", f"{CONTRACTS}/examplepast.py, where a type has it among its sources"),
    ],
)
def test_a_taken_name_is_refused_with_what_has_it(tree: Checkout, name: str, owner: str) -> None:
    (tree.root / "functions/exampleold").mkdir()
    (tree.root / TESTS / "exampletested").mkdir()
    (tree.root / CONTRACTS / "examplepast.py").write_text(
        'class A:\n    sources = ("exampleretired",)\n'
    )

    error = refused(tree, name)

    assert error.code is ExitCode.REFUSED
    assert f"{name!r} is taken by {owner}" in str(error)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_name_of_a_service_is_refused(tree: Checkout, service: Any) -> None:
    assert "is taken by" in str(refused(tree, service.name))


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_every_reserved_name_is_refused(tree: Checkout, name: str) -> None:
    assert "is taken by" in str(refused(tree, name))


@pytest.mark.parametrize("name", ["", "Loyalty", "loyal-ty", "loyal_ty", "1st", "é", "x" * 32])
def test_a_name_that_is_no_service_name_is_refused(tree: Checkout, name: str) -> None:
    error = refused(tree, name)

    assert error.code is ExitCode.USAGE
    assert "use at most 31 small letters and digits" in str(error)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("redaction", "redaction in events/codec.py"),
        ("list", "Python's own list"),
        ("examplepast", f"{CONTRACTS}/examplepast.py"),
    ],
)
def test_a_name_that_its_contracts_cannot_have_is_refused(
    tree: Checkout, name: str, owner: str
) -> None:
    (tree.root / CONTRACTS / "examplepast.py").touch()

    assert f"{name!r} is taken by {owner}" in str(refused(tree, name, states="ExampleFlagged"))


@pytest.mark.parametrize(
    ("fact", "owner"),
    [
        ("OrderPlaced", f"the contract in {CONTRACTS}/checkout.py"),
        ("ExampleGone", f"{SCHEMAS}/ExampleGone.1.json"),
        ("ExampleShown", f"{SAMPLES}/ExampleShown.2.json"),
        ("FakeProvider", "FakeProvider in the code that would be written"),
    ],
)
def test_a_taken_type_is_refused_with_what_has_it(tree: Checkout, fact: str, owner: str) -> None:
    (tree.root / SCHEMAS / "ExampleGone.1.json").touch()
    (tree.root / SAMPLES / "ExampleShown.2.json").touch()

    assert f"{fact!r} is taken by {owner}" in str(refused(tree, "exampleguard", states=fact))


@pytest.mark.parametrize("fact", ["Flagged", "orderFlagged", "OrderFlagged2", "Ordér", LONG_TYPE])
def test_a_type_that_is_no_type_name_is_refused(tree: Checkout, fact: str) -> None:
    error = refused(tree, "exampleguard", states=fact)

    assert error.code is ExitCode.USAGE
    assert "such as OrderFlagged" in str(error)


@pytest.mark.parametrize("typed", ["OrderConfirmd", "orderconfirmed", "OrderConfirm"])
def test_an_unknown_event_names_close_matches(tree: Checkout, typed: str) -> None:
    error = refused(tree, "examplepoints", on=["OrderPlaced", typed])

    assert error.code is ExitCode.USAGE
    assert f"There is no event type {typed!r}. Did you mean OrderConfirmed" in str(error)


def test_an_event_like_none_names_all_types(tree: Checkout) -> None:
    message = str(refused(tree, "examplepoints", on=["Weather"]))

    assert "Did you mean" not in message
    assert all(name in message for name in codec.CONTRACTS)


def test_an_event_without_a_sample_is_refused(tree: Checkout) -> None:
    (tree.root / SAMPLES / "OrderConfirmed.1.json").unlink()

    assert f"{SAMPLES}/OrderConfirmed.1.json is missing" in str(refused(tree, "examplepoints"))


@pytest.mark.parametrize("path", ["functions/map.py", "events/codec.py"])
def test_a_file_that_is_no_python_is_named(tree: Checkout, path: str) -> None:
    (tree.root / path).write_text("x = (\n")

    message = str(refused(tree, "exampleguard", states="ExampleFlagged"))
    assert message.startswith(f"{path} is not valid Python (line 1: ")


@pytest.mark.parametrize("path", ["functions/map.py", "events/codec.py"])
def test_a_file_without_a_place_for_the_row_is_named(tree: Checkout, path: str) -> None:
    (tree.root / path).write_text("import json\n")

    assert f"{path} lacks a tuple" in str(refused(tree, "exampleguard", states="ExampleFlagged"))


@pytest.mark.parametrize("missing", ["pyproject.toml", TESTS, "functions/map.py"])
def test_outside_of_a_checkout_it_is_refused(tree: Checkout, missing: str) -> None:
    path = tree.root / missing
    path.rename(tree.root / "elsewhere")

    error = refused(tree, "examplepoints")
    assert error.code is ExitCode.REFUSED
    assert f"writes into a checkout of Fanfare, and {tree.root} is none" in str(error)
    assert f"it has no {missing}" in str(error)


@pytest.mark.parametrize("fact", ["texted", "x", "Ordertexted", ""])
def test_a_fact_that_is_no_two_words_is_refused(tree: Checkout, fact: str) -> None:
    message = str(refused(tree, "exampleguard", states=fact))
    assert message.startswith(f"{fact!r} is not a name of an event type")


def test_an_event_of_an_unknown_service_is_refused(tree: Checkout) -> None:
    with pytest.raises(CommandError, match=r"no service 'emial'; the services are email\."):
        new_event(Options(), "OrderSeen", service="emial", root=tree.root)


def test_the_longest_names_are_written(tree: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    new_consumer(
        Options(json=True),
        LONGEST,
        states=LONG_TYPE[:-1],
        table=True,
        outside=True,
        on=["OrderPlaced", "PaymentCaptured"],
        dry_run=True,
        root=tree.root,
    )

    files = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(files) == 10
    assert len(LONG_TYPE[:-1]) == 40
