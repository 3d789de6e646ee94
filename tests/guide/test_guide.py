"""docs/add-a-consumer.md as a newcomer follows it, in a copy of the tree: all checks are green.

`make guide` runs it; the whole suite in the copy takes two to three minutes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.paths import ROOT
from tests.support.pages import blocks, by_hand
from tests.support.summary import Figure

PAGES = [
    ROOT / "docs" / name for name in ("add-a-consumer.md", "add-a-route.md", "test-a-consumer.md")
]
BUDGET = {"Greeting: act outside": (5, 60), "Loyalty: keep a table": (5, 90)}
"""Files and lines by hand, the test included, beside one import and one row in the map."""

MAP = "functions/map.py"

WRITTEN_BY_COMMANDS = ("docs/", "events/schemas/", "events/samples/SHA256SUMS")
MYPY = ".mypy_cache"
TOOLS = (".venv", ".tools", ".cloud", ".localstripe", "node_modules", ".build")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the tree under git, with all blocks of the pages, after `make contracts`."""
    tree = tmp_path_factory.mktemp("guide") / "fanfare"
    listed = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    for name in TOOLS:
        (tree / name).symlink_to(ROOT / name)
    if (ROOT / MYPY).exists():
        shutil.copytree(ROOT / MYPY, tree / MYPY)  # a third of its time
    _git(tree, "init", "--quiet")
    _git(tree, "add", "--all")
    _git(tree, "-c", "user.name=guide", "-c", "user.email=@", "commit", "--quiet", "-m", "before")
    for page in PAGES:
        for block in blocks(page):
            block.apply(tree)
    _run(tree, sys.executable, "-m", "ops.contracts")
    yield tree
    shutil.rmtree(tree)


def test_nothing_else_is_touched_than_what_the_page_names_and_commands_write(tree: Path) -> None:
    named = {block.file for page in PAGES for block in blocks(page)}
    changed = _git(tree, "status", "--porcelain", "--untracked-files=all").splitlines()
    files = {line[3:] for line in changed if not line[3:].startswith(TOOLS)}

    assert {file for file in files - named if not file.startswith(WRITTEN_BY_COMMANDS)} == set()
    assert named <= files


def test_each_consumer_takes_few_files_and_lines_by_hand(figure: Figure) -> None:
    written = [block for page in PAGES for block in blocks(page)]
    counted = by_hand(block for block in written if block.file != MAP)
    for section, (files, lines) in counted.items():
        figure(f"by hand, {section.partition(':')[0].lower()}", f"{files} files, {lines} lines")

    for section, (files, lines) in BUDGET.items():
        assert counted[section] <= (files, lines)
        assert counted[section][1] <= lines
    in_the_map = [block for block in written if block.file == MAP]
    assert [block.lines for block in in_the_map] == [2] * len(in_the_map)


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check"),
        ("ruff", "check"),
        ("mypy",),
        ("lint-imports", "--no-logo"),
        ("python", "-m", "ops.contracts", "--check"),
        ("python", "-m", "ops", "simulate", "--seeds", "100"),
        ("pytest", "-n", "2"),
    ],
    ids=" ".join,
)
def test_every_check_is_green(tree: Path, command: tuple[str, ...]) -> None:
    program, *arguments = command
    _run(tree, str(ROOT / ".venv" / "bin" / program), *arguments)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def _run(tree: Path, *command: str) -> None:
    """Run a command on the code of the copy; fail with the end of its output."""
    ran = subprocess.run(
        command,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:]
