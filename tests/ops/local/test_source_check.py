"""Changed files are imported before they are put live; rows are compared by their values."""

from pathlib import Path

import pytest

import functions
from functions.map import SERVICES
from ops.local.source_check import AT_START, Question, answer, check

ROW = """
from events.contracts.shipping import DispatchScheduled
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.{name}.reactions import react

SERVICE = Consumer(name="{name}", on=(On(event=DispatchScheduled, react=react),), batch={batch})
"""


def write(root: Path, name: str, reactions: str, batch: int = 10) -> Question:
    folder = root / "functions" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "service.py").write_text(ROW.format(name=name, batch=batch))
    (folder / "reactions.py").write_text(reactions)
    return Question(services=(name,), files=(f"functions/{name}/reactions.py",))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(functions, "__path__", [*functions.__path__, str(tmp_path / "functions")])
    return tmp_path


@pytest.mark.parametrize(
    ("name", "reactions", "batch", "expected"),
    [
        ("examplea", "def react(:", 10, "examplea/reactions.py, line 1: SyntaxError"),
        ("exampleb", "x = 1\nx = y", 10, "exampleb/reactions.py, line 2: NameError"),
        ("examplec", "def wrong(*_): ...", 10, "examplec/service.py, line 5: ImportError"),
        ("exampled", "def react(*_): ...", 99, "exampled/service.py, line 7: ValueError: exampled"),
    ],
)
def test_a_file_that_cannot_be_imported_is_named_with_its_line(
    root: Path, name: str, reactions: str, batch: int, expected: str
) -> None:
    found = answer(write(root, name, reactions, batch), root)

    assert found.error is not None
    assert f"functions/{expected}" in found.error


def test_rows_are_equal_unless_a_value_differs(root: Path) -> None:
    rows = [
        answer(write(root, name, f"def react(*_): {body}", batch), root).rows[name]
        for name, body, batch in (("examplee", "...", 10), ("examplef", "pass", 10))
    ]
    other = answer(write(root, "exampleg", "def react(*_): ...", 9), root).rows["exampleg"]

    assert len({row.replace("examplef", "examplee") for row in rows}) == 1
    assert other.replace("exampleg", "examplee") not in rows


def test_a_process_of_its_own_imports_what_is_on_disk_now() -> None:
    files = ("functions/runtime/main.py", AT_START, "functions/email/gone.py", "events/note.txt")
    question = Question(services=("email", "orders"), files=files, map=True)

    found = check(question)

    assert (found.error, found.map_error) == (None, None)
    assert found.named == tuple(service.name for service in SERVICES)
    assert found.rows.keys() == {"email", "orders"}
    assert check(question) == found


def test_a_check_that_fails_as_a_whole_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.local.source_check.__name__", "ops.no_such_module")

    assert "No module named ops.no_such_module" in str(check(Question()).error)
