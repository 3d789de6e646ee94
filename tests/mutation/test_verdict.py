"""The verdict on a mutation run: the score, explained survivors and control mutants."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.results import CONTROL, Change, Mutant
from tests.mutation.verdict import REQUIRED_SCORE, SURVIVORS, Verdict, evaluate, explained, score

AT = "events.money.formatted"


def mutant(number: int, status: str) -> Mutant:
    return Mutant(f"events.money.x_formatted__mutmut_{number}", Path("events/money.py"), status)


@pytest.fixture(autouse=True)
def changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive the change of each mutant from its name."""
    monkeypatch.setattr(Mutant, "change", lambda mutant: Change(AT, mutant.name[-1], "x"))


def run(killed: int, *others: str, listed: str = "") -> Verdict:
    """Return the verdict on killed mutants and mutants with other statuses; some are listed."""
    mutants = [mutant(1, "killed")] * killed
    mutants += [mutant(number, status) for number, status in enumerate(others, start=2)]
    return evaluate(mutants, {Change(AT, number, "x"): "because" for number in listed})


def test_a_run_passes_if_enough_was_caught_and_each_survivor_has_a_reason() -> None:
    verdict = run(8, "timeout", "survived", listed="3")

    assert verdict.passed
    assert score(verdict.total) == REQUIRED_SCORE
    assert verdict.modules == {"events.money": {"killed": 8, "timeout": 1, "survived": 1}}


def test_a_low_score_fails_also_if_all_survivors_have_reasons() -> None:
    assert not run(8, "survived", "survived", listed="23").passed


@pytest.mark.parametrize("status", ["survived", "no tests", "suspicious", "segfault", "skipped"])
def test_a_mutant_that_is_not_caught_needs_a_reason(status: str) -> None:
    verdict = run(99, status)

    assert not verdict.passed
    assert [change.was for _, change in verdict.unexplained] == ["2"]


def test_a_reason_whose_mutant_is_caught_fails_the_run() -> None:
    verdict = run(99, "killed", listed="2")

    assert not verdict.passed
    assert verdict.outdated == [Change(AT, "2", "x")]


def test_a_failed_control_fails_the_run() -> None:
    survived = Mutant(f"events.money.x_formatted{CONTROL}", Path("events/money.py"), "survived")
    failed = Mutant(f"events.money.x_hundred{CONTROL}", Path("events/money.py"), "killed")
    verdict = evaluate([mutant(1, "killed"), survived, failed], {})

    assert not verdict.passed
    assert verdict.failed_controls == [failed]
    assert verdict.total == {"killed": 1}


def test_a_run_without_mutants_fails() -> None:
    assert not evaluate([], {}).passed


@pytest.mark.parametrize("at", sorted({change.at for change in explained()}))
def test_the_line_of_every_listed_survivor_exists(at: str) -> None:
    listed = [change for change in explained() if change.at == at]
    source = " ".join(line.strip() for line in _source(at).splitlines())

    assert [change.was for change in listed if change.was not in source] == []


def test_every_listed_survivor_has_a_reason() -> None:
    assert SURVIVORS.exists()
    assert all(len(reason.split()) > 3 for reason in explained().values())


def _source(at: str) -> str:
    """Return the source of a function or method by its full name, or of a constant's module."""
    parts = at.split(".")
    for end in range(len(parts), 0, -1):
        try:
            module: Any = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        found = module
        for name in parts[end:]:
            found = getattr(found, name)
        is_code = inspect.isroutine(found) or inspect.isclass(found)
        return inspect.getsource(found if is_code else module)
    raise LookupError(at)
