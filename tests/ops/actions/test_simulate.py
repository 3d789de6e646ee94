"""`fanfare simulate`: what it prints, and how it ends."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.cli.errors import ExitCode
from ops.main import main
from simulation.campaign import Run
from simulation.parallel import run_in_parallel

LAST = (1 << 128) - 1


def test_worlds_without_a_fault_of_ours_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seeds", "4", "--orders", "3"]) == ExitCode.DONE

    said = capsys.readouterr().out
    assert "4 worlds, 12 orders" in said
    assert "sent again, where a fault fell" in said
    assert "pairs of a call and a fault occurred" in said
    assert "0 violations." in said


@pytest.mark.usefixtures("buggy_rules")
def test_what_is_found_is_told_with_the_command_that_replays_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", "--seed", "0"]) == ExitCode.FOUND

    said = capsys.readouterr().out
    assert "Seed 0: No order ever has two captured references" in said
    assert "1 order and" in said
    assert "Replay it: fanfare simulate --seed 0 --orders 10" in said
    assert "1 world, 10 orders" in said


@pytest.mark.usefixtures("buggy_rules")
def test_a_campaign_ends_when_enough_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seeds", "300", "--jobs", "1", "--json"]) == ExitCode.FOUND

    told = json.loads(capsys.readouterr().out)
    assert len(told["violations"]) == 5
    assert "only_one_reference_is_captured" in {one["invariant"] for one in told["violations"]}
    assert told["worlds"] < 300


@pytest.mark.usefixtures("buggy_rules")
def test_who_stops_a_campaign_is_told_what_was_found_so_far(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*args: Any, **said: Any) -> Iterator[Run]:
        yield next(run_in_parallel(*args, **said))
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.actions.simulate.run_in_parallel", stopped)

    assert main(["simulate", "--seeds", "300", "--jobs", "1"]) == ExitCode.INTERRUPTED

    said = capsys.readouterr()
    assert "Replay it: fanfare simulate --seed" in said.out
    assert "1 violation." in said.out
    assert "of 300 worlds" in said.err


def test_the_last_seed_that_there_is_has_its_world_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seed", str(LAST), "--orders", "1"]) == ExitCode.DONE
    assert "1 world, 1 order," in capsys.readouterr().out


@pytest.mark.parametrize("line", [f"--seed {LAST + 1}", f"--seed {LAST} --seeds 2"])
def test_a_world_beyond_the_last_seed_is_refused(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *line.split()]) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert said.startswith(f"fanfare: Seeds are whole numbers from 0 to {LAST}")


@pytest.mark.parametrize(
    "line", ["simulate --seeds 0", "simulate --seed=-1", "simulate --orders 1.5", "simulate x"]
)
def test_what_makes_no_sense_is_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line.split())

    assert ended.value.code == ExitCode.USAGE
    assert capsys.readouterr().err
