"""Help: it is data, reads well, and is there at once."""

import inspect
import subprocess
import sys

import pytest

from ops.cli.app import app
from ops.cli.errors import ExitCode
from ops.main import main

COMMANDS = sorted(name for name in app if not name.startswith("-"))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_lines_of_a_help_are_broken_where_they_were_written(command: str) -> None:
    text = str(app[command].help or inspect.getdoc(app[command].default_command))

    lines = text.partition("\nArgs:")[0].splitlines()
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("line", ["", "--help", "order --help"])
def test_help_is_data_and_goes_well(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == ExitCode.DONE

    said = capsys.readouterr()
    assert "Usage: fanfare" in said.out
    assert "FANFARE_STAGE" in said.out
    assert said.err == ""


def test_help_imports_neither_the_sdk_nor_the_system() -> None:
    program = (
        "import sys; from ops.main import main; main(['--help']);"
        "sys.exit(' '.join({'botocore', 'boto3', 'functions', 'events'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
