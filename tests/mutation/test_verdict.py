"""The verdict on a run of mutants: what is enough, what is explained, and what is not proved."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation.results import PLACEBO, Change, Mutant
from tests.mutation.verdict import LEAST, SURVIVORS, Verdict, judge, known, score

AT = "events.money.formatted"


def mutant(number: int, status: str) -> Mutant:
    return Mutant(f"events.money.x_formatted__mutmut_{number}", Path("events/money.py"), status)


@pytest.fixture(autouse=True)
def changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each mutant change a line that is called like it."""
    monkeypatch.setattr(Mutant, "change", lambda mutant: Change(AT, mutant.name[-1], "x"))


def run(killed: int, *others: str, known: str = "") -> Verdict:
    """Return the verdict on so many that were killed, and others."""
    mutants = [mutant(1, "killed")] * killed
    mutants += [mutant(number, status) for number, status in enumerate(others, start=2)]
    return judge(mutants, {Change(AT, number, "x"): "because" for number in known})


def test_a_run_is_good_if_enough_was_caught_and_each_survivor_has_its_reason() -> None:
    verdict = run(8, "timeout", "survived", known="3")

    assert verdict.good
    assert score(verdict.total) == LEAST
    assert verdict.modules == {"events.money": {"killed": 8, "timeout": 1, "survived": 1}}


def test_too_many_survivors_are_too_many_whatever_their_reasons() -> None:
    assert not run(8, "survived", "survived", known="23").good


@pytest.mark.parametrize("status", ["survived", "no tests", "suspicious", "segfault", "skipped"])
def test_whatever_is_not_caught_needs_a_reason(status: str) -> None:
    verdict = run(99, status)

    assert not verdict.good
    assert [change.was for _, change in verdict.unknown] == ["2"]


def test_a_reason_whose_mutant_is_caught_now_has_to_go() -> None:
    verdict = run(99, "killed", known="2")

    assert not verdict.good
    assert verdict.stale == (Change(AT, "2", "x"),)


def test_where_a_test_fails_on_unchanged_code_nothing_is_proved() -> None:
    healthy = Mutant(f"events.money.x_formatted{PLACEBO}", Path("events/money.py"), "survived")
    sick = Mutant(f"events.money.x_hundred{PLACEBO}", Path("events/money.py"), "killed")
    verdict = judge([mutant(1, "killed"), healthy, sick], {})

    assert not verdict.good
    assert verdict.sick == (sick,)
    assert verdict.total == {"killed": 1}


def test_no_mutants_at_all_prove_nothing() -> None:
    assert not judge([], {}).good


@pytest.mark.parametrize("at", sorted({change.at for change in known()}))
def test_every_listed_survivor_is_of_a_line_that_there_is(at: str) -> None:
    listed = [change for change in known() if change.at == at]
    source = " ".join(line.strip() for line in _source(at).splitlines())

    assert [change.was for change in listed if change.was not in source] == []


def test_every_listed_survivor_has_a_reason() -> None:
    assert SURVIVORS.exists()
    assert all(len(reason.split()) > 3 for reason in known().values())


def _source(at: str) -> str:
    """Return the source of a function, or of a class's, by its full name."""
    parts = at.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            found = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            found = getattr(found, name)
        return inspect.getsource(found)
    raise LookupError(at)
