"""How long a failed message waits for its next try, how many tries it has, and who keeps it."""

from functools import cache

FIRST_DELAY = 30
LONGEST_DELAY = 15 * 60
OUTAGE = 6 * 60 * 60
"""Seconds of an outage that a message survives without reaching its DLQ."""

RETENTION = 4 * 24 * 60 * 60
DEAD_LETTER_RETENTION = 14 * 24 * 60 * 60
"""Seconds that a queue keeps a message, and that a DLQ does."""


def delay(receives: int) -> int:
    """Return the seconds to wait after the given number of receives: 30 s doubling to 15 min."""
    return min(FIRST_DELAY << min(receives - 1, 16), LONGEST_DELAY)


@cache
def receives_to_ride_out(outage: int = OUTAGE) -> int:
    """Return the `maxReceiveCount` with which a message is still tried after `outage` seconds."""
    waited, receives = 0, 1
    while waited < outage:
        waited += delay(receives)
        receives += 1
    return receives
