"""Fuzzing campaign: many new cases of malformed input, in batches with a seed each.

`make fuzz CASES=100000 SEED=1`. A batch that finds something ends the campaign with 1 and prints
pytest's output and the command that repeats it.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.cases import CASES
from tests.support.campaigns import leave, whole

BATCH = 5_000
"""Cases of a batch: hypothesis stores all cases of a run, and slows down with their number."""

QUIET = ("-q", "-n", "0", "-p", "no:logging", "-p", "no:cacheprovider")
PYTEST = (sys.executable, "-m", "pytest", str(Path(__file__).parent), *QUIET)


def main() -> int:
    """Run a campaign; return 0 if it found nothing."""
    options = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    options.add_argument("--cases", type=whole(1), default=100_000, help="number of cases")
    options.add_argument("--seed", type=whole(0), default=1, help="seed of the first batch")
    wanted = options.parse_args()
    began, done = time.monotonic(), 0
    for seed in range(wanted.seed, wanted.seed + -(-wanted.cases // BATCH)):
        count = min(BATCH, wanted.cases - done)
        batch = subprocess.run(
            [*PYTEST, f"--hypothesis-seed={seed}"],
            env=os.environ | {CASES: str(count)},
            capture_output=True,
            text=True,
            check=False,
        )
        if batch.returncode:
            print(f"{batch.stdout}\nRepeat with: make fuzz CASES={count} SEED={seed}")
            return 1
        done += count
        pace = done / (time.monotonic() - began)
        print(f"seed {seed}: {done:,} of {wanted.cases:,} cases, {pace:.0f} a second", flush=True)
    print("No failure was found.")
    return 0


if __name__ == "__main__":
    leave(main)
