"""`fanfare jobs`: the jobs, their progress and their state."""

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

    output = capsys.readouterr().out
    assert " ".join(output.splitlines()[0].split()) == (f"{broken} local interrupted 10 of 24")
    assert f"{broken}  interrupted" in output
    assert "of 12  OrderPlaced" in output
    assert f"resume with: fanfare replay orders --resume {broken}" in output


def test_an_invalid_job_file_is_reported_besides_the_others(
    broken: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "orders-x.jsonl").write_text("nonsense\n")

    assert jobs.show(Options(json=True), None) is ExitCode.FAILED

    output = capsys.readouterr()
    (listed,) = map(json.loads, output.out.splitlines())
    assert (listed["job"], listed["state"], listed["sent"]["events"]) == (
        broken,
        "interrupted",
        10,
    )
    assert "orders-x.jsonl is not a valid job file" in output.err


def test_without_jobs_the_commands_that_create_them_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert jobs.show(Options(), None) is ExitCode.DONE
    assert "fanfare replay" in capsys.readouterr().out
