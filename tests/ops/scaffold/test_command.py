"""The command: what it writes, prints and asks for, and that it writes all or nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.main import main
from ops.scaffold.checkout import CODEC, CONTRACTS, MAP, SAMPLES, Checkout
from ops.scaffold.command import new_consumer, new_event
from tests.ops.scaffold.conftest import contents

FILES = {
    "functions/examplepoints/__init__.py",
    "functions/examplepoints/projection.py",
    "functions/examplepoints/reactions.py",
    "functions/examplepoints/service.py",
    "tests/functions/examplepoints/test_examplepoints.py",
}


class Contracts:
    """`make contracts` with a given end; it notes where it was run."""

    def __init__(self, code: int = 0, output: str = "wrote docs/asyncapi.json") -> None:
        self.end = code, output
        self.runs: list[Path] = []

    def __call__(self, root: Path) -> tuple[int, str]:
        self.runs.append(root)
        return self.end


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_consumer_is_its_folder_its_test_and_two_lines_of_the_map(
    tree: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    before, contracts = contents(tree), Contracts()

    code = new_consumer(Options(), "examplepoints", table=True, root=tree.root, contracts=contracts)

    after = contents(tree)
    assert code is ExitCode.DONE
    assert changes(before, after) == FILES | {MAP}
    added = set(after[MAP].splitlines()) - set(before[MAP].splitlines())
    assert added == {
        b"from functions.examplepoints.service import SERVICE as EXAMPLEPOINTS",
        b"    EXAMPLEPOINTS,",
    }
    assert contracts.runs == [tree.root]
    output = capsys.readouterr()
    listed = {line.split()[1] for line in output.out.splitlines()}
    assert listed == FILES | {MAP}
    assert "+2 lines" in output.out
    assert output.err == (
        "make contracts\n"
        "  wrote docs/asyncapi.json\n"
        "next\n"
        "  make test ARGS=tests/functions/examplepoints\n"
        "  make lint\n"
        "  fanfare deploy examplepoints\n"
        "  fanfare replay examplepoints\n"
        "`git status` lists all that was written and changed.\n"
    )


def test_a_consumer_that_acts_outside_is_not_replayed(
    tree: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options(stage="dev")
    new_consumer(options, "examplecards", outside=True, root=tree.root, contracts=Contracts())

    output = capsys.readouterr().err
    assert "fanfare deploy examplecards --stage dev\n" in output
    assert "replay" not in output


def test_a_new_fact_is_asked_for_before_contracts_make_it_final(
    tree: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    before, contracts = contents(tree), Contracts()

    new_consumer(
        Options(), "exampleguard", states="ExampleFlagged", root=tree.root, contracts=contracts
    )

    written = changes(before, contents(tree))
    assert {
        f"{CONTRACTS}/exampleguard.py",
        f"{SAMPLES}/ExampleFlagged.1.json",
        CODEC,
        MAP,
    } <= written
    assert contracts.runs == []
    steps = capsys.readouterr().err.splitlines()
    assert steps[1].startswith(f"  replace the example field in {CONTRACTS}/exampleguard.py and")
    assert steps[2] == "  make contracts"


def test_contracts_that_fail_are_reported_with_their_exit_code(tree: Checkout) -> None:
    contracts = Contracts(ExitCode.REFUSED, "OrderPlaced 2: it broke")

    with pytest.raises(CommandError, match=r"files are written, but .*\nOrderPlaced 2") as error:
        new_consumer(Options(), "examplepoints", root=tree.root, contracts=contracts)
    assert error.value.code is ExitCode.REFUSED


def test_a_dry_run_lists_the_files_and_writes_none(
    tree: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    before, contracts = contents(tree), Contracts()
    options = Options(json=True)

    new_consumer(
        options, "examplepoints", table=True, dry_run=True, root=tree.root, contracts=contracts
    )

    assert contents(tree) == before
    assert contracts.runs == []
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["file"] for each in listed if each["new"]} == FILES
    assert [each for each in listed if not each["new"]] == [{"file": MAP, "new": False, "lines": 2}]


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), KeyboardInterrupt()])
@pytest.mark.parametrize("last", ["service.py", "map.py", "codec.py"])
def test_what_cannot_be_written_whole_is_not_written_at_all(
    tree: Checkout, monkeypatch: pytest.MonkeyPatch, last: str, error: BaseException
) -> None:
    before = contents(tree)
    folders = {path for path in tree.root.rglob("*") if path.is_dir()}
    write = Path.write_text
    failed: list[Path] = []

    def fail(path: Path, text: str, **options: Any) -> int:
        write(path, text, **options)
        if path.name == last and tree.root in path.parents and not failed:
            failed.append(path)
            raise error
        return 0

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises((CommandError, KeyboardInterrupt)) as ended:
        new_consumer(Options(), "exampleguard", states="ExampleFlagged", root=tree.root)

    assert failed
    assert contents(tree) == before
    assert {path for path in tree.root.rglob("*") if path.is_dir()} == folders
    if isinstance(ended.value, CommandError):
        assert "Permission denied. Nothing was written." in str(ended.value)


@pytest.mark.parametrize("module", ["email", "relay"])
def test_an_event_gets_its_contract_row_and_sample(tree: Checkout, module: str) -> None:
    (tree.root / "functions" / module).mkdir(exist_ok=True)
    (tree.root / "functions" / module / "service.py").touch()
    before = contents(tree)

    new_event(Options(), "ExampleSent", service=module, root=tree.root)

    after = contents(tree)
    contract, sample = f"{CONTRACTS}/{module}.py", f"{SAMPLES}/ExampleSent.1.json"
    assert changes(before, after) == {CODEC, contract, sample}
    assert after[contract].startswith(before.get(contract, b'"""Contracts of relay."""'))
    assert f"{module}.ExampleSent,".encode() in after[CODEC]
    written = json.loads(after[sample])
    assert (written["source"], written["type"]) == (module, "ExampleSent")
    assert written["id"].endswith(f"/{module}/example-sent")
    assert written["causationid"].endswith("/placed")


def test_the_row_of_an_event_follows_those_of_its_service(tree: Checkout) -> None:
    new_event(Options(), "ExampleSent", service="email", root=tree.root)

    lines = [line.strip() for line in tree.read(CODEC).splitlines()]
    at = lines.index("email.ExampleSent,")
    assert lines[at - 1].startswith("email.")
    assert lines[at + 1].startswith("orders.")


@pytest.mark.parametrize(
    ("line", "given"),
    [
        (
            "new consumer loyalty --table --ordered --on OrderPlaced OrderConfirmed",
            ("loyalty", {"table": True, "ordered": True, "on": ["OrderPlaced", "OrderConfirmed"]}),
        ),
        ("new consumer fraud --states OrderFlagged", ("fraud", {"states": "OrderFlagged"})),
        ("new consumer a --outside --dry-run", ("a", {"outside": True, "dry_run": True})),
        ("new consumer a --on OrderPlaced --on OrderStalled", ("a", {"table": False})),
        ("new event NoteSent --of email", ("NoteSent", {"service": "email", "dry_run": False})),
    ],
)
def test_options_reach_the_work(
    monkeypatch: pytest.MonkeyPatch, line: str, given: tuple[str, dict[str, Any]]
) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []

    def note(_: Options, name: str, **options: Any) -> ExitCode:
        calls.append((name, options))
        return ExitCode.REFUSED

    for work in ("new_consumer", "new_event"):
        monkeypatch.setattr(f"ops.scaffold.command.{work}", note)
    assert main(line.split()) is ExitCode.REFUSED

    ((name, options),) = calls
    assert (name, {key: options[key] for key in given[1]}) == given


def test_a_name_of_fanfares_own_tests_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["new", "consumer", "examplestore", "--dry-run"])

    assert ended.value.code == ExitCode.USAGE
    assert "'examplestore' is reserved" in " ".join(capsys.readouterr().err.split())


def test_a_missing_kind_of_thing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["new", "consumr", "loyalty"])

    assert ended.value.code == ExitCode.USAGE
    assert 'Did you mean "consumer"?' in " ".join(capsys.readouterr().err.split())
