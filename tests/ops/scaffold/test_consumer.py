"""A consumer of each kind: what is written is formatted, declared as asked, and tested."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ops.cli.errors import CommandError
from ops.paths import ROOT
from ops.scaffold.checkout import CODEC, CONTRACTS, MAP, TESTS, Checkout
from ops.scaffold.drafts import draft_consumer
from ops.scaffold.request import NewConsumer
from tests.ops.scaffold.kinds import kinds, scaffold_kinds

KINDS = kinds()
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

QUICK = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

DECLARED = """
import json
from events import codec
from functions.map import CONSUMERS
from pathlib import Path
samples = {path.name: codec.decode(path.read_bytes()).source
           for path in Path("events/samples").glob("Example*.json")}
rows = {each.name: {
    "on": sorted(each.subscribed_types),
    "table": each.projection is not None and each.projection.table == each.tables[0].name,
    "outside": [adapter.name for adapter in each.adapters] == ["fake"] and bool(each.effects),
    "ordered": each.ordered,
    "replayable": each.replayable,
    "states": sorted({fact.__name__ for on in each.on for fact in on.states}),
} for each in CONSUMERS}
print(json.dumps([rows, samples]))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the source with a consumer of each kind."""
    root = tmp_path_factory.mktemp("scaffold")
    for folder in ("events", "functions", "testkit"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / TESTS).mkdir(parents=True)
    scaffold_kinds(root)
    return root


def run(root: Path, program: str, *arguments: str) -> str:
    """Run a program of the environment on the code of a copy; return its output."""
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)} | QUICK,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def declared(copy: Path) -> Any:
    """Give the rows of the copy's map and the sources of its new samples, by name."""
    return json.loads(run(copy, "python", "-c", DECLARED))


@each_kind
def test_the_row_is_declared_as_asked(kind: NewConsumer, declared: Any) -> None:
    assert declared[0][kind.name] == {
        "on": sorted(contract.__name__ for contract in kind.on),
        "table": kind.table,
        "outside": kind.outside,
        "ordered": kind.ordered,
        "replayable": not kind.outside,
        "states": [kind.states] if kind.states else [],
    }


def test_each_stated_fact_has_a_valid_sample(declared: Any) -> None:
    assert declared[1] == {f"{kind.states}.1.json": kind.name for kind in KINDS if kind.states}


def test_what_is_written_is_formatted_and_linted(copy: Path) -> None:
    paths = [MAP, CODEC, TESTS, CONTRACTS, *(f"functions/{kind.name}" for kind in KINDS)]

    run(copy, "ruff", "format", "--check", "--no-cache", *paths)
    run(copy, "ruff", "check", "--no-cache", *paths)


def test_the_written_tests_pass(copy: Path) -> None:
    output = run(copy, "pytest", "-q", "-p", "no:cacheprovider", TESTS)

    assert "failed" not in output
    for kind in KINDS:
        assert (copy / TESTS / kind.name / f"test_{kind.name}.py").exists()


@each_kind
def test_files_are_few_and_short(kind: NewConsumer, copy: Path) -> None:
    folder = copy / "functions" / kind.name
    names = {"__init__", "reactions", "service"}
    names |= {"projection"} if kind.table else set()
    names |= {"provider"} if kind.outside else set()

    assert {path.stem for path in folder.glob("*.py")} == names
    assert all(len(path.read_text().splitlines()) <= 45 for path in folder.glob("*.py"))


def test_a_second_consumer_of_the_name_is_refused(copy: Path) -> None:
    with pytest.raises(CommandError, match=f"taken by the service in functions/{KINDS[0].name}/"):
        draft_consumer(Checkout(copy), KINDS[0])
