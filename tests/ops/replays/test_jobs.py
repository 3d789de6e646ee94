"""`fanfare jobs`: what was sent again, how far it came, and how it ended."""

import json
from pathlib import Path

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import jobs


def test_jobs_are_listed_and_shown(
    broken: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert jobs.show(Options(), None) is ExitCode.DONE
    assert jobs.show(Options(), broken) is ExitCode.DONE

    said = capsys.readouterr().out
    assert " ".join(said.splitlines()[0].split()) == (f"{broken} local interrupted 10 of 24")
    assert f"{broken}  interrupted" in said
    assert "of 12  OrderPlaced" in said
    assert f"go on with: fanfare replay orders --resume {broken}" in said


def test_a_file_that_is_no_job_is_said_beside_the_others(
    broken: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "orders-x.jsonl").write_text("nonsense\n")

    assert jobs.show(Options(json=True), None) is ExitCode.FAILED

    said = capsys.readouterr()
    (listed,) = map(json.loads, said.out.splitlines())
    assert (listed["job"], listed["state"], listed["sent"]["events"]) == (
        broken,
        "interrupted",
        10,
    )
    assert "orders-x.jsonl is not to be trusted" in said.err


def test_without_jobs_it_is_said_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.show(Options(), None) is ExitCode.DONE
    assert "fanfare replay" in capsys.readouterr().out
