"""`fanfare simulate`: output and exit codes."""

import json
from collections.abc import Iterator
from copy import replace
from typing import Any

import pytest

from ops.cli.errors import ExitCode
from ops.main import main
from ops.stage.lookups import consumer_named
from simulation.campaign import Run
from simulation.parallel import run_in_parallel

LAST = (1 << 128) - 1


def test_worlds_without_a_bug_have_no_violation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seeds", "4", "--orders", "3"]) == ExitCode.DONE

    output = capsys.readouterr().out
    assert "4 worlds, 12 orders" in output
    assert "sent again, where a fault fell" in output
    assert "pairs of a call and a fault occurred" in output
    assert "0 violations." in output


@pytest.mark.usefixtures("buggy_rules")
def test_a_violation_is_printed_with_the_command_that_replays_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", "--seed", "0"]) == ExitCode.FOUND

    output = capsys.readouterr().out
    assert "Seed 0: No order ever has two captured references" in output
    assert "1 order and" in output
    assert "Replay it: fanfare simulate --seed 0 --orders 10" in output
    assert "1 world, 10 orders" in output


@pytest.mark.usefixtures("buggy_rules")
def test_a_campaign_ends_after_five_violations(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seeds", "300", "--jobs", "1", "--json"]) == ExitCode.FOUND

    report = json.loads(capsys.readouterr().out)
    assert len(report["violations"]) == 5
    assert "only_one_reference_is_captured" in {one["invariant"] for one in report["violations"]}
    assert report["worlds"] < 300


@pytest.mark.usefixtures("buggy_rules")
def test_an_interrupted_campaign_prints_its_violations(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*args: Any, **options: Any) -> Iterator[Run]:
        yield next(run_in_parallel(*args, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.actions.simulate.run_in_parallel", stopped)

    assert main(["simulate", "--seeds", "300", "--jobs", "1"]) == ExitCode.INTERRUPTED

    output = capsys.readouterr()
    assert "Replay it: fanfare simulate --seed" in output.out
    assert "1 violation." in output.out
    assert "of 300 worlds" in output.err


def test_bad_luck_aimed_at_consumers_is_counted_by_call_and_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = "simulate --consumer shipping --consumer email --seeds 11 --orders 2 --jobs 2"
    assert main(line.split()) == ExitCode.DONE

    output = capsys.readouterr().out
    assert "11 worlds, 22 orders" in output
    header = " ".join(line for line in output.splitlines() if line.startswith("fault "))
    assert {"carrier.book", "mailbox.send", "log.read"} <= {*header.split()}
    assert "gateway" not in header
    assert any(line.startswith("die before ") for line in output.splitlines())


def test_an_unknown_consumer_is_refused_with_a_name_that_is_close(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", "--consumer", "emial"]) == ExitCode.USAGE
    assert "There is no consumer 'emial'. Did you mean email?" in capsys.readouterr().err


def test_a_consumer_whose_effects_nobody_names_is_refused_with_the_file_to_change(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = replace(consumer_named("shipping"), effects={})
    monkeypatch.setattr("ops.actions.simulate.consumer_named", lambda _: silent)

    assert main(["simulate", "--consumer", "shipping"]) == ExitCode.USAGE

    output = " ".join(capsys.readouterr().err.split())
    assert "The row of shipping declares no effects" in output
    assert "in functions/shipping/service.py." in output


def test_the_last_seed_has_a_world(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seed", str(LAST), "--orders", "1"]) == ExitCode.DONE
    assert "1 world, 1 order," in capsys.readouterr().out


@pytest.mark.parametrize("line", [f"--seed {LAST + 1}", f"--seed {LAST} --seeds 2"])
def test_a_world_beyond_the_last_seed_is_refused(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *line.split()]) == ExitCode.USAGE

    output = capsys.readouterr().err
    assert output.startswith(f"fanfare: Seeds are whole numbers from 0 to {LAST}")


@pytest.mark.parametrize(
    "line", ["simulate --seeds 0", "simulate --seed=-1", "simulate --orders 1.5", "simulate x"]
)
def test_invalid_options_are_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line.split())

    assert ended.value.code == ExitCode.USAGE
    assert capsys.readouterr().err
