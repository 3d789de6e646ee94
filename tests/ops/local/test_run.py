"""`fanfare run`: its output, and the stage that it refuses."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.local.run import run
from ops.local.view import View
from ops.logs.filter import Filter


def test_only_the_local_stage_can_be_run() -> None:
    with pytest.raises(
        CommandError, match="for stage local, not dev: leave out --stage"
    ) as refused:
        run(Options(stage="dev"), port=4566, keep=False, only=Filter())

    assert refused.value.code is ExitCode.USAGE


def test_steps_are_shown_with_their_result_and_written_to_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = io.StringIO()
    view = View(Options(), Filter(), log)

    view.title("fanfare local")
    with view.step("seed", "products") as step:
        step.progress("half")
        step.text = "12 products (12 new)"
    view.info("api", "http://x")

    title, seed, api = capsys.readouterr().out.splitlines()
    assert title == "fanfare local"
    assert seed.startswith("  seed      12 products (12 new) ")
    assert seed.endswith("0.0 s")
    assert api == "  api       http://x"
    written = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["what"] for line in written] == ["12 products (12 new)", "http://x"]


def test_as_json_nothing_else_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    view = View(Options(json=True), Filter(), io.StringIO())

    view.title("fanfare local")
    view.info("api", "http://x")
    view.text("a tree", {"id": "A"})
    view.text("for people")

    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == [{"step": "api", "what": "http://x"}, {"id": "A"}]


def test_a_note_is_wrapped_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    log = io.StringIO()
    view = View(Options(), Filter(), log)
    text = "one line of " + "many words " * 9 + "and functions/email/reactions.py"

    view.note(text)
    view.terminal = True
    view.note(text)

    first, *lines = capsys.readouterr().out.splitlines()
    assert first == f"{'':14}{text}"
    assert [line[:14].strip() for line in lines] == [""] * 3
    assert " ".join(line[14:] for line in lines) == text
    assert max(map(len, lines)) <= 80
    assert [json.loads(line) for line in log.getvalue().splitlines()] == [{"note": text}] * 2


def test_a_step_that_fails_shows_the_end_of_its_childs_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = View(Options(), Filter(), io.StringIO())
    child: Any = SimpleNamespace(tail=lambda: ["Error: no such thing"])

    def fail() -> None:
        with view.step("deploy", "stacks") as step:
            step.child = child
            raise CommandError("could not")

    with pytest.raises(CommandError):
        fail()

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "  Error: no such thing\n"


def test_the_footer_is_for_a_terminal_only(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    view = View(Options(), Filter(), io.StringIO())

    with view.footer() as changed:
        changed()

    assert capsys.readouterr().out == ""
    assert not view.terminal
