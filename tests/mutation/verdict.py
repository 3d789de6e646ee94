"""What the mutants say of the tests: a score a module, and the survivors that nobody explained."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.results import Change, Mutant

LEAST = 0.9
"""The least part of all mutants that the tests must catch."""

SURVIVORS = Path(__file__).with_name("survivors.toml")


def known() -> dict[Change, str]:
    """Return the survivors that were looked at, each with the reason why it may live."""
    return {
        Change(entry["at"], entry["was"], now): entry["reason"]
        for entry in tomllib.loads(SURVIVORS.read_text())["survivor"]
        for now in entry["now"]
    }


@dataclass(frozen=True)
class Verdict:
    """What is said of a run.

    `modules` counts each module's mutants by their status; `unknown` are the survivors without a
    reason, `stale` the reasons without a survivor, `sick` the placebos that a test failed on: if
    there are any, tests fail without a mutation, and nothing is proved.
    """

    modules: Mapping[str, Counter[str]]
    unknown: tuple[tuple[Mutant, Change], ...]
    stale: tuple[Change, ...]
    sick: tuple[Mutant, ...]

    @property
    def total(self) -> Counter[str]:
        """All modules' counts in one."""
        return sum(self.modules.values(), Counter[str]())

    @property
    def good(self) -> bool:
        """Whether enough was caught, and the rest is explained."""
        return score(self.total) >= LEAST and not (self.unknown or self.stale or self.sick)


def judge(mutants: Iterable[Mutant], reasons: Mapping[Change, str]) -> Verdict:
    """Return the verdict on a run, given what is known of survivors."""
    modules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    alive: dict[Change, Mutant] = {}
    sick = []
    for mutant in mutants:
        if mutant.placebo:
            if mutant.status != "survived":
                sick.append(mutant)
            continue
        modules[mutant.module][mutant.status] += 1
        if not mutant.caught:
            alive[mutant.change()] = mutant
    return Verdict(
        modules=dict(sorted(modules.items())),
        unknown=tuple(
            (mutant, change) for change, mutant in alive.items() if change not in reasons
        ),
        stale=tuple(change for change in reasons if change not in alive),
        sick=tuple(sick),
    )


def score(counts: Counter[str]) -> float:
    """Return the part of the mutants that the tests caught."""
    return (counts["killed"] + counts["timeout"]) / (counts.total() or 1)
