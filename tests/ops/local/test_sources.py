"""Changed source files are found once each, when they rest."""

import os
from pathlib import Path

import pytest

from ops.local.sources import Sources

SERVICE = "functions/email/service.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (SERVICE, "functions/map.py", "events/money.py", "ops/a.py"):
        write(tmp_path, name, "first")
    return tmp_path


def write(root: Path, name: str, text: str, second: int = 0) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (second, second))


def test_a_change_is_returned_once_and_when_it_rests(root: Path) -> None:
    sources = Sources(root)
    assert sources.changed() == frozenset()

    write(root, SERVICE, "second", 10)
    assert sources.changed() == frozenset()
    write(root, "events/money.py", "second", 11)
    assert sources.changed() == frozenset()

    changed = sources.changed()
    assert changed == {SERVICE, "events/money.py"}
    assert sources.saved(changed) == 11
    assert sources.changed() == frozenset()


def test_new_and_deleted_files_are_changes(root: Path) -> None:
    sources = Sources(root)
    write(root, "functions/examplecards/reactions.py", "new")
    (root / SERVICE).unlink()
    sources.changed()

    changed = sources.changed()

    assert changed == {"functions/examplecards/reactions.py", SERVICE}
    assert sources.saved(frozenset({SERVICE})) == 0


def test_a_file_with_the_same_content_has_not_changed(root: Path) -> None:
    sources = Sources(root)
    write(root, SERVICE, "first", 10)
    write(root, "events/money.py", "second", 10)
    sources.changed()
    write(root, "events/money.py", "first", 11)
    sources.changed()

    assert sources.changed() == frozenset()


@pytest.mark.parametrize(
    "name", ["ops/a.py", "functions/email/.service.py.swp", "events/__pycache__/money.pyc"]
)
def test_other_files_are_not_watched(root: Path, name: str) -> None:
    sources = Sources(root)
    write(root, name, "second", 10)
    sources.changed()

    assert sources.changed() == frozenset()
