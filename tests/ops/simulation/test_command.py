"""`fanfare simulate`: what it prints, and how it ends."""

import json

import pytest

from ops import cli
from ops.trouble import Exit


def test_worlds_without_a_fault_of_ours_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", "--seeds", "4", "--orders", "3"]) == Exit.DONE

    said = capsys.readouterr().out
    assert "4 worlds, 12 orders" in said
    assert "went again, where a fault fell" in said
    assert "pairs of a call and a fault were met" in said
    assert "0 violations." in said


@pytest.mark.usefixtures("mistaken")
def test_what_is_found_is_told_with_the_command_that_replays_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["simulate", "--seed", "0"]) == Exit.FOUND

    said = capsys.readouterr().out
    assert "Seed 0: Never were two references of an order captured" in said
    assert "1 order and" in said
    assert "Replay it: fanfare simulate --seed 0 --orders 10" in said
    assert "1 world, 10 orders" in said


@pytest.mark.usefixtures("mistaken")
def test_a_campaign_ends_when_enough_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", "--seeds", "300", "--jobs", "1", "--json"]) == Exit.FOUND

    told = json.loads(capsys.readouterr().out)
    assert len(told["violations"]) == 5
    assert "only_one_reference_is_captured" in {one["invariant"] for one in told["violations"]}
    assert told["worlds"] < 300


@pytest.mark.parametrize("line", ["simulate --seeds 0", "simulate --orders 1.5", "simulate x"])
def test_what_makes_no_sense_is_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(line.split())

    assert ended.value.code == Exit.USAGE
    assert capsys.readouterr().err
