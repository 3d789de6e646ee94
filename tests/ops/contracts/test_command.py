"""`make contracts`: it stores new schemas, refuses breaking changes, and a check writes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.contracts import command, documents
from ops.contracts.__main__ import main
from ops.contracts.schema import published
from ops.contracts.store import SCHEMAS, SchemaStore

STORED = "OrderStalled.1.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with schemas and documents that are up to date."""
    monkeypatch.setattr(command, "SchemaStore", lambda: SchemaStore(tmp_path))
    monkeypatch.setattr(documents, "DOCS", tmp_path)
    SchemaStore(tmp_path).extend(published())
    assert main([]) == 0
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_repository_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_new_schemas_are_stored_and_sealed_and_documents_written(
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
def test_a_check_names_an_outdated_document_and_changes_nothing(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text("{}")
    before = files(folder)

    assert main(["--check"]) == 5
    assert f"{folder / name} is out of date: `make contracts`." in capsys.readouterr().err
    assert files(folder) == before


def test_a_check_names_a_schema_that_is_not_stored(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / STORED).unlink()
    seals = folder / "SHA256SUMS"
    seals.write_text("".join(
        line for line in seals.read_text().splitlines(keepends=True) if STORED not in line
    ))  # fmt: skip

    assert main(["--check"]) == 5
    assert (
        "OrderStalled 1 has no schema: `make contracts` writes OrderStalled.1.json"
        in capsys.readouterr().err
    )
    assert not (folder / STORED).exists()


def test_with_a_broken_contract_nothing_is_stored_or_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / STORED).write_text((folder / STORED).read_text().replace("integer", "string"))
    (folder / "openapi.json").unlink()
    before = files(folder)

    assert main([]) == 4
    output = capsys.readouterr().err
    assert "`$.waited_seconds` was string and is integer" in output
    assert "make it OrderStalled 2" in output
    assert files(folder) == before


def test_an_unknown_argument_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chekc"]) == 2
    assert main(["--help"]) == 0
    assert "Usage: python -m ops.contracts [--check]" in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ops.contracts", "--check"],
        cwd=SCHEMAS.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
