"""An error while the system's source is imported names the module's own line."""

from pathlib import Path

import pytest

from ops.cli.source_errors import source_error
from ops.main import main

ERRORS = (ImportError, NameError, SyntaxError, ValueError)


def error_of(root: Path, file: str, text: str) -> str | None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    with pytest.raises(ERRORS) as raised:
        exec(compile(text, str(path), "exec"), {})
    return source_error(raised.value, root)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\nx = (\n", "functions/a/b.py, line 2: SyntaxError: '(' was never closed"),
        ("x = 1\n\nmissing\n", "line 3: NameError: name 'missing' is not defined"),
        ("int(\n    'a'\n)", "line 1: ValueError: invalid literal for int()"),
        ("def f():\n    g()\nf()", "line 3: NameError: name 'g' is not defined"),
        ("import functions.nothing", "line 1: ModuleNotFoundError: No module named"),
    ],
)
def test_the_line_is_that_of_the_imported_module(tmp_path: Path, text: str, expected: str) -> None:
    found = error_of(tmp_path, "functions/a/b.py", text)

    assert found is not None
    assert found.startswith("functions/a/b.py, line ")
    assert expected in found


def test_an_error_of_other_code_is_not_explained(tmp_path: Path) -> None:
    assert error_of(tmp_path, "ops/a.py", "missing") is None
    assert error_of(tmp_path, "ops/a.py", "x = (") is None
    assert source_error(ValueError("raised nowhere")) is None


def test_a_row_that_cannot_be_imported_is_named_by_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(_: object) -> None:
        path = tmp_path / "functions" / "x.py"
        exec(compile("\nmissing", str(path), "exec"), {})

    monkeypatch.setattr("ops.cli.source_errors.source_error.__defaults__", (tmp_path,))
    monkeypatch.setattr("ops.stage.connection.connect", broken)

    assert main(["seed"]) == 1

    assert capsys.readouterr().err == (
        "fanfare: functions/x.py, line 2: NameError: name 'missing' is not defined\n"
    )
