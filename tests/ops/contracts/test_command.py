"""`make contracts`: samples are sealed, schemas stored, breaking changes refused."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.cli.errors import CommandError
from ops.contracts import command, documents, gate
from ops.contracts.__main__ import main
from ops.contracts.schema import published
from ops.contracts.store import SCHEMAS, SchemaStore
from ops.stage.templates import Blueprint
from tests.support.blueprints import dev, prod

__all__ = ["dev", "prod"]

STORED = "OrderStalled.1.json"
PAGE = "<!-- make contracts: {} -->\n```\n```\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with schemas and documents that are up to date."""
    monkeypatch.setattr(command, "SchemaStore", lambda: SchemaStore(tmp_path))
    monkeypatch.setattr(documents, "DOCS", tmp_path)
    (tmp_path / "deploy.md").write_text(PAGE.format("times"))
    SchemaStore(tmp_path).extend(published())
    assert main([]) == 0
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_repository_is_up_to_date(
    dev: Blueprint,
    prod: Blueprint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "stage_templates", {"dev": dev, "prod": prod}.__getitem__)

    code = main(["--check"])

    assert capsys.readouterr() == ("", "")
    assert code == 0


def test_new_schemas_are_stored_and_sealed_and_documents_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = files(folder)
    for path in folder.glob("*.json"):
        path.unlink()
    (folder / "SHA256SUMS").unlink()

    assert main([]) == 0
    assert files(folder) == whole
    assert f"wrote {folder / 'openapi.json'}" in capsys.readouterr().out
    assert main([]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json", "deploy.md"])
def test_a_check_names_an_outdated_document_and_changes_nothing(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text(PAGE.format("times"))
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


@pytest.fixture
def sample(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A sample without a seal, beside the others."""
    samples = tmp_path_factory.mktemp("samples")
    shutil.copytree(gate.SAMPLES, samples, dirs_exist_ok=True)
    monkeypatch.setattr(gate, "SAMPLES", samples)
    seals = samples / "SHA256SUMS"
    rest = [line for line in seals.read_text().splitlines(keepends=True) if STORED not in line]
    seals.write_text("".join(rest))
    return samples / STORED


def test_a_new_sample_is_sealed_and_no_other_is_sealed_again(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"]) == 5
    assert f"{STORED} is not sealed: `make contracts` seals it" in capsys.readouterr().err

    assert main([]) == 0
    assert capsys.readouterr().out == f"sealed {sample}\n"
    assert main(["--check"]) == 0

    sample.write_text(sample.read_text() + "\n")
    assert main([]) == 4
    assert f"{STORED} was edited: restore it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"waited_seconds"', '"waited"', "missing required field `waited_seconds`"),
        ('"OrderStalled"', '"OrderStaled"', "OrderStaled"),
        ("{", "", "is no such event"),
    ],
)
def test_a_wrong_sample_is_not_sealed(
    sample: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, named: str
) -> None:
    sample.write_text(sample.read_text().replace(old, new))

    assert main([]) == 4
    errors = capsys.readouterr().err
    assert errors.startswith(f"{STORED} is no such event: ")
    assert named in errors
    assert STORED not in sample.with_name("SHA256SUMS").read_text()


def test_a_sample_of_another_event_is_not_sealed(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample.write_text(sample.with_name("OrderConfirmed.1.json").read_text())

    assert main([]) == 4
    assert f"{STORED} has an event OrderConfirmed 1: rename the file." in capsys.readouterr().err


def test_templates_that_cannot_be_synthesized_are_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: str) -> Blueprint:
        raise CommandError("no node is installed")

    monkeypatch.setattr(command, "stage_templates", fail)
    (folder / "deploy.md").write_text(PAGE.format("stacks dev"))

    assert main([]) == 1
    assert capsys.readouterr().err == "no node is installed\n"


def test_an_unknown_block_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "deploy.md").write_text(PAGE.format("weather"))

    assert main([]) == 4
    assert capsys.readouterr().err == "deploy.md marks an unknown block: weather\n"


def test_it_runs_as_a_module() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ops.contracts", "--help"],
        cwd=SCHEMAS.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
