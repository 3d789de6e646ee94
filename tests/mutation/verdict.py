"""Verdict on a mutation run: the score of each module, and the survivors without a reason."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.mutation.constants import ConstantMutant
from tests.mutation.results import Change, Mutant

type AnyMutant = Mutant | ConstantMutant

REQUIRED_SCORE = 0.9
"""The share of the mutants that the tests must catch."""

SURVIVORS = Path(__file__).with_name("survivors.toml")


def explained() -> dict[Change, str]:
    """Return the listed survivors, each with the reason why no test needs to catch it."""
    return {
        Change(entry["at"], entry["was"], now): entry["reason"]
        for entry in tomllib.loads(SURVIVORS.read_text())["survivor"]
        for now in entry["now"]
    }


class Verdict(NamedTuple):
    """The verdict on a run.

    `modules` counts mutants by module and status. `unexplained` are survivors without a reason,
    `outdated` are reasons without a survivor. `failed_controls` are control mutants on which a test
    failed: then tests fail without a mutation, and the run proves nothing.
    """

    modules: dict[str, Counter[str]]
    unexplained: list[tuple[AnyMutant, Change]]
    outdated: list[Change]
    failed_controls: list[AnyMutant]

    @property
    def total(self) -> Counter[str]:
        """The sum of the counts of all modules."""
        return sum(self.modules.values(), Counter[str]())

    @property
    def passed(self) -> bool:
        """Whether enough mutants were caught, and every survivor is explained."""
        return score(self.total) >= REQUIRED_SCORE and not any(self[1:])


def evaluate(mutants: Iterable[AnyMutant], reasons: Mapping[Change, str]) -> Verdict:
    """Return the verdict on a run, given the reasons of listed survivors."""
    modules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    survivors: dict[Change, AnyMutant] = {}
    failed: list[AnyMutant] = []
    for mutant in mutants:
        if mutant.is_control:
            failed += [mutant] if mutant.status != "survived" else []
            continue
        modules[mutant.module][mutant.status] += 1
        if mutant.status not in ("killed", "timeout"):
            survivors[mutant.change()] = mutant
    return Verdict(
        dict(sorted(modules.items())),
        [(mutant, change) for change, mutant in survivors.items() if change not in reasons],
        [change for change in reasons if change not in survivors],
        failed,
    )


def score(counts: Counter[str]) -> float:
    """Return the share of the mutants that the tests caught."""
    return (counts["killed"] + counts["timeout"]) / (counts.total() or 1)
