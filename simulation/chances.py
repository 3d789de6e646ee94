"""Chances of what befalls a consumer and its messages, in a usual world or one aimed at it."""

from dataclasses import dataclass

from simulation.clock import HOUR, SECOND


@dataclass(frozen=True, kw_only=True)
class Chances:
    """The share of each in which it happens.

    Of receives: another worker receives the message at once (`twice`). Of messages of a standard
    queue: SNS delivers it `doubled`. Of messages: `buried` in the DLQ because every worker dies on
    them. Of consumers: `paused`, `broken`, or deployed midway (`new`), if they may be. Of orders:
    `replayed` to a replayable consumer. `delays` are the longest delivery times (ms), one per
    world; they let messages overtake each other.
    """

    twice: float
    doubled: float
    buried: float
    paused: float
    broken: float
    new: float
    replayed: float
    delays: tuple[int, ...]


USUAL = Chances(
    twice=0.05,
    doubled=0.05,
    buried=0.004,
    paused=0.1,
    broken=0.03,
    new=0.12,
    replayed=0.03,
    delays=(200,),
)
AIMED = Chances(
    twice=0.2,
    doubled=0.2,
    buried=0.02,
    paused=0.2,
    broken=0.1,
    new=0.4,
    replayed=0.4,
    delays=(200, 10 * SECOND, HOUR),
)
