"""Number of fuzzing cases, and their reproduction.

`make test` runs the same `USUAL` cases every time; a campaign (tests/fuzz/campaign.py) runs others,
of the number and the seed that it gets.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

USUAL = 1600
CASES = "FANFARE_CASES"
"""The environment variable for a campaign's number of cases."""

case_counts: Counter[str] = Counter()
"""Cases that ran in this process, by their kind."""


def share(percent: int) -> Callable[[Any], Any]:
    """Return the settings of a test that runs this share of the cases."""
    given = os.environ.get(CASES)
    return settings(
        max_examples=int(given or USUAL) * percent // 100,
        derandomize=given is None,
        print_blob=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
