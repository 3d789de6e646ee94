"""Saved code is put live in the functions that have it; a note says what happened."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ops.local import live_code
from ops.local.live_code import LiveCode
from ops.local.source_check import Answer, Question
from ops.stage.connection import Connection
from tests.ops.conftest import FakeLambda, not_found

SAVED = 100.0
DEPLOYED = ("checkout", "email", "payment", "relay")


class World:
    """A local run with four functions, whose sources change as a test says."""

    def __init__(self, root: Path, connection: Connection, functions: FakeLambda) -> None:
        self.changes: list[frozenset[str]] = []
        self.answer = Answer()
        self.questions: list[Question] = []
        self.updated: list[Sequence[str]] = []
        self.notes: list[str] = []
        self.error: Exception | None = None
        for name in DEPLOYED:
            (root / "functions" / name).mkdir(parents=True)
        functions.listed = [
            {"FunctionName": f"fanfare-local-{name}", "LoggingConfig": {"LogGroup": name}}
            for name in (*DEPLOYED, "stamps")
        ]
        self.functions = functions
        self.code = LiveCode(
            connection,
            self,  # type: ignore[arg-type]
            self,
            root=root,
            check=self.check,
            clock=lambda: SAVED + 0.74,
        )

    def changed(self) -> frozenset[str]:
        return self.changes.pop() if self.changes else frozenset()

    def saved(self, _: frozenset[str]) -> float:
        return SAVED

    def check(self, question: Question) -> Answer:
        self.questions.append(question)
        return self.answer

    def note(self, text: str, style: str = "") -> None:
        self.notes.append(f"{style}: {text}" if style else text)

    def update(self, _: Any, services: Sequence[str], root: Path) -> None:
        if self.error:
            raise self.error
        self.updated.append(services)

    def save(self, *paths: str, **answer: Any) -> str:
        """Save files that a check answers so, and return the new notes."""
        self.answer = Answer(**answer)
        self.changes = [frozenset(paths)]
        before = len(self.notes)
        self.code.poll()
        return "\n".join(self.notes[before:])


@pytest.fixture
def world(
    tmp_path: Path, here: Connection, functions: FakeLambda, monkeypatch: pytest.MonkeyPatch
) -> World:
    world = World(tmp_path, here, functions)
    monkeypatch.setattr(live_code, "update", world.update)
    return world


def test_a_file_of_a_service_updates_its_function(world: World) -> None:
    assert world.save("functions/email/reactions.py") == "email has new code, 0.7 s after the save"

    assert world.updated == [("email",)]
    assert world.questions[-1] == Question(
        services=("email",), files=("functions/email/reactions.py",)
    )


@pytest.mark.parametrize("path", ["events/money.py", "functions/runtime/backoff.py"])
def test_a_shared_file_updates_all_functions_of_this_project(world: World, path: str) -> None:
    assert world.save(path) == "4 functions have new code, 0.7 s after the save"

    assert world.updated == [DEPLOYED]


@pytest.mark.parametrize(
    "path",
    ["events/samples/checkout.json", "functions/runtime/memory/log.py", "functions/names.py"],
)
def test_a_file_of_no_package_updates_nothing(world: World, path: str) -> None:
    assert world.save(path) == ""

    assert world.updated == []


def test_nothing_is_live_until_every_changed_file_can_be_imported(world: World) -> None:
    broken, other = "functions/email/reactions.py", "functions/payment/reactions.py"

    assert (
        world.save(broken, error="x.py, line 1: E") == "red: Nothing is put live: x.py, line 1: E"
    )
    world.save(other, error="x.py, line 1: E")
    assert world.updated == []

    assert world.save(broken).startswith("email, payment have new code")
    assert world.updated == [("email", "payment")]


def test_a_changed_row_is_named_once(world: World) -> None:
    world.save("functions/email/service.py", rows={"email": "batch=10"})

    assert world.save("functions/email/service.py", rows={"email": "batch=9"}).splitlines()[1:] == [
        "email's row has changed: `fanfare deploy email` applies it"
    ]
    assert "row" not in world.save("functions/email/service.py", rows={"email": "batch=9"})


def test_a_new_consumer_needs_a_row_and_a_deployment(world: World) -> None:
    folder = "functions/examplecards/reactions.py"
    named = (*DEPLOYED, "examplecards")

    assert world.save(folder, named=DEPLOYED) == ("examplecards has no row in functions/map.py yet")
    assert world.questions[-1].map
    assert "line 3" in world.save("functions/map.py", map_error="functions/map.py, line 3: E")
    assert world.save("functions/map.py", named=named) == (
        "`fanfare deploy examplecards` deploys the new row"
    )
    assert world.save(folder, named=named) == ""
    assert world.updated == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (not_found("Function not found"), "red: The code could not be updated. The local stage is"),
        (KeyError("a bug"), None),
    ],
)
def test_only_an_error_of_the_cloud_is_a_note(
    world: World, error: Exception, expected: str | None
) -> None:
    world.error = error
    save: Callable[[], str] = lambda: world.save("functions/email/reactions.py")  # noqa: E731

    if expected is None:
        with pytest.raises(KeyError):
            save()
    else:
        assert save().startswith(expected)
        world.error = None
        assert world.save("functions/payment/a.py").startswith("email, payment have new code")
