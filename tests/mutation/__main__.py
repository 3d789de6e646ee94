"""`make mutate`: changes the rules spot by spot, and asks of each change whether a test fails."""

import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.report import tell
from tests.mutation.results import PLACEBO, records, results
from tests.mutation.verdict import judge, known

FOLDER = Path("mutants")
"""Where mutmut keeps the mutated copy of the code, the tests, and its record of every mutant."""


MEMORY = 3 << 30
"""Bytes that a mutant may have; the tests need half of it."""


def main(names: Sequence[str]) -> int:
    """Return the exit code of the command line.

    Names of mutants ('events.codec.*', say) are tried again, in the folder as the last run left
    it; without any, all begins anew, since a result may be older than a test.
    """
    if not names:
        shutil.rmtree(FOLDER, ignore_errors=True)
    # A mutant that loops for ever would fill the memory before its time is over.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        mutmut(*names)
        if not names:
            print("\nThe same tests on unchanged code: these placebos must all survive")
            add_placebos()
            mutmut()
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        return error.returncode
    verdict = judge(results(), known())
    tell(verdict)
    return 0 if verdict.good else 1


def mutmut(*names: str) -> None:
    """Let mutmut try the mutants with these names, or those without a result yet."""
    subprocess.run([Path(sys.executable).with_name("mutmut"), "run", *names], check=True)


def add_placebos() -> None:
    """Add a mutant to each function that leaves it as it is, to be tried like the others."""
    for record in records():
        functions = {name.partition("__mutmut_")[0] for name in record.exit_code_by_key}
        record.exit_code_by_key |= {function + PLACEBO: None for function in functions}
        record.save()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
