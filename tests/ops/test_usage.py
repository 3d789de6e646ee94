"""What the command line says by itself: mistakes are refused, and help costs nothing to ask for."""

import inspect
import subprocess
import sys
from typing import Any

import pytest

from ops import cli
from ops.commands.words import app
from ops.trouble import Exit


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == Exit.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    return " ".join(said.err.split())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ordr 7F3K", 'Unknown command "ordr". Did you mean "order"?'),
        ("order", "ID requires an argument"),
        ("order 7F3K --waite", "Unknown option: --waite"),
        ("order 7F3K --wait=-1", "--wait"),
        ("run --port 0", 'Invalid value "0" for --port'),
        ("run --port 65536", 'Invalid value "65536" for --port'),
        ("run --port http", "--port"),
        ("run --port 4600.5", "'4600.5' is no whole number"),
        ("seed --stage Prod!", "'Prod!' names no stage"),
        ("seed --color pink", 'Choose from: "auto", "always", "never"'),
        ("metrics --days fortnight", "'fortnight' is no whole number"),
        ("metrics --days 1.5", "'1.5' is no whole number"),
        ("costs -c issuer", "'issuer' is no NAME=VALUE"),
        ("doctor --context =x", "'=x' is no NAME=VALUE"),
        ("tail --since yesterday", "write it as 90s, 10m, 2h or 1d"),
        ("replay", "CONSUMER requires an argument"),
        ("replay orders --rate much", "--rate"),
        ("projection orders --limit 2.5", "'2.5' is no whole number"),
        ("projection orders --limit 0", 'Invalid value "0" for --limit'),
        ("forget", "ORDER requires an argument"),
    ],
)
def test_a_mistake_in_the_line_is_one_sentence_and_exit_code_2(
    called: list[Any], capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    said = refused(capsys, *line.split())

    assert said.startswith("fanfare: ")
    assert says in said
    assert called == []


def test_a_name_that_is_nobodys_is_exit_code_2(
    called: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tail", "--consumer", "emial"]) is Exit.USAGE

    assert "There is no consumer 'emial'" in capsys.readouterr().err


@pytest.mark.parametrize("more", ["--check", "A"])
def test_a_part_of_a_read_model_is_not_emptied(
    called: list[Any], capsys: pytest.CaptureFixture[str], more: str
) -> None:
    assert cli.main(["projection", "orders", more, "--empty"]) is Exit.USAGE

    assert "--empty is for the whole" in capsys.readouterr().err
    assert called == []


COMMANDS = sorted(name for name in app if not name.startswith("-"))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_lines_of_a_help_are_broken_where_they_were_written(command: str) -> None:
    text = str(app[command].help or inspect.getdoc(app[command].default_command))

    lines = text.partition("\nArgs:")[0].splitlines()
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("line", ["", "--help", "order --help"])
def test_help_is_data_and_goes_well(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line.split()) == Exit.DONE

    said = capsys.readouterr()
    assert "Usage: fanfare" in said.out
    assert "FANFARE_STAGE" in said.out
    assert said.err == ""


def test_help_imports_neither_the_sdk_nor_the_system() -> None:
    program = (
        "import sys; from ops.cli import main; main(['--help']);"
        "sys.exit(' '.join({'botocore', 'boto3', 'functions', 'events'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
