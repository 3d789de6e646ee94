"""How commands end when they do not go well."""

import sys
from pathlib import Path
from typing import NoReturn

import pytest

from ops import main
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.main import DEBUG, run_command


def raising(error: BaseException) -> NoReturn:
    raise error


def end(error: BaseException) -> int:
    return run_command(lambda: raising(error), Options())


def test_a_command_that_ends_well_decides_its_own_exit_code() -> None:
    assert run_command(lambda: ExitCode.REFUSED, Options()) is ExitCode.REFUSED


def test_trouble_is_one_sentence_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(CommandError("There is no order X.", ExitCode.NOT_FOUND)) is ExitCode.NOT_FOUND

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "fanfare: There is no order X.\n")


def test_an_interruption_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


def test_the_unexpected_is_one_line_that_says_where_the_traceback_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "made" / "error.log"
    monkeypatch.setattr(main, "ERROR_LOG", log)
    monkeypatch.delenv(DEBUG, raising=False)

    assert end(ZeroDivisionError("by zero")) is ExitCode.FAILED

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "unexpected ZeroDivisionError: by zero" in said
    assert str(log) in said
    assert "Traceback" in log.read_text()


def test_the_traceback_is_shown_to_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEBUG, "1")

    with pytest.raises(ZeroDivisionError):
        end(ZeroDivisionError())


def test_a_reader_that_goes_away_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)

        assert end(BrokenPipeError()) is ExitCode.DONE

        out.write("more")
    assert (tmp_path / "out").read_text() == ""
