"""`make mutate`: mutate functions, with mutmut, and constants; do the tests catch enough?"""

import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from tests.mutation.constant_runs import run_all
from tests.mutation.constants import CONSTANT
from tests.mutation.results import add_controls, results
from tests.mutation.verdict import REQUIRED_SCORE, Verdict, evaluate, explained, score

FOLDER = Path("mutants")
"""mutmut's folder: the mutated copy of the code, the tests, and the result of every mutant."""

ROW = "{:45}{:>10}{:>10}{:>12}{:>10}{:>10}"

MEMORY = 3 << 30
"""The most bytes that a mutant may use; the tests need half of it."""


def main(names: Sequence[str]) -> int:
    """Return the exit code of the command line.

    With names of mutants (such as 'events.codec.*', and 'events.money.*__constant_*' for constants)
    only these run again, in the folder of the last run. Without names, everything runs anew, since
    a result may be older than a test.
    """
    constants = [name for name in names if CONSTANT in name]
    functions = [name for name in names if CONSTANT not in name]
    if not names:
        shutil.rmtree(FOLDER, ignore_errors=True)
    # A mutant with an endless loop would fill the memory before its timeout.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        if functions or not names:
            _mutmut(*functions)
        if not names:
            print("\nControl mutants: the code is unchanged, and no test may fail")
            add_controls()
            _mutmut()
            print("\nConstants at module level and in classes")
        of_constants = list(run_all(constants or names))
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        return error.returncode
    verdict = evaluate(chain(results(), of_constants), explained())
    _report(verdict)
    return 0 if verdict.passed else 1


def _mutmut(*names: str) -> None:
    """Run mutmut on the mutants with these names, or on those without a result."""
    subprocess.run([Path(sys.executable).with_name("mutmut"), "run", *names], check=True)


def _report(verdict: Verdict) -> None:
    """Print the score of each module and the reasons why the run does not pass."""
    print(ROW.format("module", "mutants", "caught", "by timeout", "no tests", "score"))
    for module, counts in (verdict.modules | {"all": verdict.total}).items():
        caught = counts["killed"] + counts["timeout"]
        figures = (counts.total(), caught, counts["timeout"], counts["no tests"])
        print(ROW.format(module, *figures, f"{score(counts):.1%}"))
    for mutant, change in verdict.unexplained:
        print(f"\n{mutant.name}: {mutant.status}\n  - {change.was}\n  + {change.now}")
    for change in verdict.outdated:
        print(f"\nListed as a survivor, but caught: {change}")
    for mutant in verdict.failed_controls:
        print(f"\n{mutant.name} changes nothing, but its status is {mutant.status}")
    if verdict.unexplained:
        print(f"\n{len(verdict.unexplained)} survivors without a reason: write a test that catches")
        print("them, or list them in tests/mutation/survivors.toml")
    if score(verdict.total) < REQUIRED_SCORE:
        print(f"\nThe score is below {REQUIRED_SCORE:.0%}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
