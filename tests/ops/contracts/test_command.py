"""`make contracts`: it writes what is new, refuses what breaks, and a check only looks."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.contracts import command, documents
from ops.contracts.__main__ import main
from ops.contracts.kept import SCHEMAS, Kept
from ops.contracts.schema import published

KEPT = "OrderStalled.1.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for schemas and documents, in which everything is as the code says."""
    monkeypatch.setattr(command, "Kept", lambda: Kept(tmp_path))
    monkeypatch.setattr(documents, "DOCS", tmp_path)
    Kept(tmp_path).extend(published())
    assert main([]) == 0
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_is_well_here_and_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_what_is_new_is_kept_sealed_and_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = files(folder)
    for path in folder.iterdir():
        path.unlink()

    assert main([]) == 0
    assert files(folder) == whole
    assert f"wrote {folder / 'openapi.json'}" in capsys.readouterr().out
    assert main([]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json"])
def test_a_check_names_the_document_that_drifted_and_changes_nothing(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text("{}")
    before = files(folder)

    assert main(["--check"]) == 5
    assert (
        f"{folder / name} is not what the code says: `make contracts`." in capsys.readouterr().err
    )
    assert files(folder) == before


def test_a_check_names_what_was_not_kept_yet(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / KEPT).unlink()
    seals = folder / "SHA256SUMS"
    seals.write_text("".join(
        line for line in seals.read_text().splitlines(keepends=True) if KEPT not in line
    ))  # fmt: skip

    assert main(["--check"]) == 5
    assert "OrderStalled 1 is kept nowhere: `make contracts` keeps it" in capsys.readouterr().err
    assert not (folder / KEPT).exists()


def test_of_a_broken_contract_nothing_is_kept_or_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / KEPT).write_text((folder / KEPT).read_text().replace("integer", "string"))
    (folder / "openapi.json").unlink()
    before = files(folder)

    assert main([]) == 4
    said = capsys.readouterr().err
    assert "`$.waited_seconds` was string and is integer" in said
    assert "make it OrderStalled 2" in said
    assert files(folder) == before


def test_anything_else_is_a_mistake_of_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chekc"]) == 2
    assert main(["--help"]) == 0
    assert "Usage: python -m ops.contracts [--check]" in capsys.readouterr().err


def test_it_runs_as_make_runs_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ops.contracts", "--check"],
        cwd=SCHEMAS.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
