"""Exit codes and messages of commands that fail."""

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


def test_a_command_decides_its_own_exit_code() -> None:
    assert run_command(lambda: ExitCode.REFUSED, Options()) is ExitCode.REFUSED


def test_a_command_error_is_one_sentence_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert end(CommandError("There is no order X.", ExitCode.NOT_FOUND)) is ExitCode.NOT_FOUND

    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "fanfare: There is no order X.\n")


def test_an_interruption_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


def test_an_unexpected_error_is_one_line_with_the_path_of_the_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "made" / "error.log"
    monkeypatch.setattr(main, "ERROR_LOG", log)
    monkeypatch.delenv(DEBUG, raising=False)

    assert end(ZeroDivisionError("by zero")) is ExitCode.FAILED

    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert "unexpected ZeroDivisionError: by zero" in output
    assert str(log) in output
    assert "Traceback" in log.read_text()


def test_the_traceback_is_shown_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEBUG, "1")

    with pytest.raises(ZeroDivisionError):
        end(ZeroDivisionError())


def test_a_closed_pipe_is_not_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)

        assert end(BrokenPipeError()) is ExitCode.DONE

        out.write("more")
    assert (tmp_path / "out").read_text() == ""
