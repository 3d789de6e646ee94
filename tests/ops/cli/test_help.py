"""Help texts: standard output, line breaks, imports."""

import inspect
import subprocess
import sys

import pytest

from ops.cli.app import app
from ops.cli.errors import ExitCode
from ops.main import main

COMMANDS = sorted(name for name in app if not name.startswith("-"))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_keeps_the_line_breaks_of_its_docstring(command: str) -> None:
    text = str(app[command].help or inspect.getdoc(app[command].default_command))

    lines = text.partition("\nArgs:")[0].splitlines()
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("line", ["", "--help", "order --help"])
def test_help_goes_to_standard_output_with_exit_code_0(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split()) == ExitCode.DONE

    output = capsys.readouterr()
    assert "Usage: fanfare" in output.out
    assert "FANFARE_STAGE" in output.out
    assert output.err == ""


def test_help_imports_neither_the_sdk_nor_the_system() -> None:
    program = (
        "import sys; from ops.main import main; main(['--help']);"
        "sys.exit(' '.join({'botocore', 'boto3', 'functions', 'events'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
