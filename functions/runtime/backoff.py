"""Retry policy: delays, visibility timeouts, maximum receives, retention."""

from functools import cache

FIRST_DELAY = 30
LONGEST_DELAY = 15 * 60
OUTAGE = 6 * 60 * 60
"""Seconds of an outage after which a message is still retried, and not in its DLQ."""

VISIBILITY_FACTOR = 6
"""The least visibility timeout in function timeouts, as AWS advises for a Lambda event source.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

RETENTION = 4 * 24 * 60 * 60
DEAD_LETTER_RETENTION = 14 * 24 * 60 * 60
"""Retention of a queue and of a DLQ, in seconds."""


def delay(receives: int) -> int:
    """Return the delay in seconds after that many receives: 30 s, doubling up to 15 minutes."""
    return min(FIRST_DELAY << min(receives - 1, 16), LONGEST_DELAY)


def visibility(timeout: int) -> int:
    """Return a queue's visibility timeout in seconds, by its function's timeout.

    A function that cannot start, is throttled or dies sets no delay. Its messages wait for this
    time, which is at least the longest delay: so they too ride out an outage.
    """
    return max(VISIBILITY_FACTOR * timeout, LONGEST_DELAY)


@cache
def receives_to_ride_out(outage: int = OUTAGE) -> int:
    """Return the `maxReceiveCount` with which a message is still retried after `outage` seconds."""
    waited, receives = 0, 1
    while waited < outage:
        waited += delay(receives)
        receives += 1
    return receives
