"""A campaign of hostile input: as many other cases as are asked for, a seed for each bout of them.

`make fuzz CASES=100000 SEED=1`. A bout that finds something is shown as pytest shows it, with the
command that repeats it, and ends the campaign with 1.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.cases import CASES
from tests.support.campaigns import leave, whole

BOUT = 5_000
"""Cases of a bout: hypothesis remembers what it has tried, and gets slow with what it remembers."""

HERE = Path(__file__).parent


def main() -> int:
    """Run a campaign; return 0 if it found nothing."""
    options = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    options.add_argument("--cases", type=whole(1), default=100_000, help="how many")
    options.add_argument("--seed", type=whole(0), default=1, help="of the first bout")
    wanted = options.parse_args()
    began, done = time.monotonic(), 0
    for seed in range(wanted.seed, wanted.seed + -(-wanted.cases // BOUT)):
        count = min(BOUT, wanted.cases - done)
        bout = _bout(count, seed)
        if bout.returncode:
            print(f"{bout.stdout}\nAgain: make fuzz CASES={count} SEED={seed}")
            return 1
        done += count
        pace = done / (time.monotonic() - began)
        print(f"seed {seed}: {done:,} of {wanted.cases:,} cases, {pace:.0f} a second", flush=True)
    print("Nothing was found.")
    return 0


def _bout(count: int, seed: int) -> subprocess.CompletedProcess[str]:
    quiet = ["-q", "-n", "0", "-p", "no:logging", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", HERE, *quiet, f"--hypothesis-seed={seed}"],
        env=os.environ | {CASES: str(count)},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    leave(main)
