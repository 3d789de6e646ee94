"""How many cases there are, and how each is found again.

`make test` tries the same `USUAL` cases every time; a campaign (tests/fuzz/campaign.py) says how
many others, and from which seed.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

USUAL = 1600
CASES = "FANFARE_CASES"
"""The variable in which a campaign says how many."""

tried: Counter[str] = Counter()
"""Cases that were tried in this process, by their kind."""


def share(percent: int) -> Callable[[Any], Any]:
    """Return the settings of a test that gets so many percent of the cases."""
    given = os.environ.get(CASES)
    return settings(
        max_examples=int(given or USUAL) * percent // 100,
        derandomize=given is None,
        deadline=None,
        database=None,
        print_blob=False,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow],
    )
