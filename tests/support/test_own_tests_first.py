"""Setup of all tests: own tests run first; a map that cannot be imported is one sentence."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions.map import CONSUMERS
from ops.paths import ROOT
from tests.conftest import pytest_collection_modifyitems

SOURCES = ("events", "functions", "ops", "testkit", "tests/support", "tests/conftest.py")


def test_own_tests_of_services_run_before_those_of_the_whole() -> None:
    last = CONSUMERS[-1].name
    names = ("tests/events/test_codec.py", f"tests/functions/{last}/test_a.py", "tests/functions/b")
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]

    pytest_collection_modifyitems(items)

    assert [item.nodeid for item in items] == [names[1], names[0], names[2]]


@pytest.mark.parametrize(
    "command", ["pytest -p no:cacheprovider tests/support", "ops.contracts --check"]
)
def test_a_row_that_is_refused_ends_a_command_with_its_place(tmp_path: Path, command: str) -> None:
    for name in SOURCES:
        put = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (tmp_path / name).parent.mkdir(exist_ok=True)
        put(ROOT / name, tmp_path / name)
    row = tmp_path / "functions" / "email" / "service.py"
    row.write_text(row.read_text().replace('name="email"', 'name="Email"'))

    ended = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    place = (
        r"functions/email/service\.py, line \d+: ValueError: 'Email' is not a valid service name"
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.match(f"functions/map.py cannot be imported: {place}", ended.stderr), ended.stderr
    assert len(ended.stderr.splitlines()) == 1
