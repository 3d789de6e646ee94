"""Terminals of other encodings, and readers that stop reading."""

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.cli.terminal import PLAIN, use_plain_characters
from ops.main import main


def shown_in_latin(monkeypatch: pytest.MonkeyPatch, show: Callable[[], object]) -> bytes:
    """Return what is written to a standard output whose encoding has 256 characters."""
    raw = BytesIO()
    with monkeypatch.context() as changed:
        changed.setattr(sys, "stdout", TextIOWrapper(raw, "latin-1", write_through=True))
        use_plain_characters()
        show()
        return raw.getvalue()


def test_characters_that_the_encoding_lacks_are_shown_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Zoë " + "".join(PLAIN) + "李"
    shown = shown_in_latin(monkeypatch, lambda: Options().out.print(text))

    assert shown.decode("latin-1") == f"Zoë {''.join(PLAIN.values())}?\n"


def test_json_is_escaped_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"name": "李 Zoë"}
    shown = shown_in_latin(monkeypatch, lambda: Options(json=True).print_json(line))

    assert shown == b'{"name":"\\u674e Zo\\u00eb"}\n'


def test_help_has_a_frame_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = shown_in_latin(monkeypatch, lambda: main(["--help"]))

    assert b"+- Commands ---" in shown


@pytest.mark.parametrize("line", ["--help", "costs --help", "simulate --seeds 1 --orders 1"])
def test_a_reader_that_stops_reading_ends_the_command_with_0(line: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ops", *line.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        assert command.stdout is not None
        command.stdout.close()
        _, errors = command.communicate()

    assert (command.returncode, errors) == (0, b"")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == ExitCode.DONE
    assert capsys.readouterr().out.count(".") == 2
