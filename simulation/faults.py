"""Faults: what can go wrong with a call of a port, a worker, a message or a consumer."""

from dataclasses import dataclass
from typing import Literal

from simulation.clock import format_time

type Fault = Literal[
    "die before",
    "die after",
    "die, done later",
    "lost",
    "lost, done later",
    "done twice",
    "throttled",
    "conflict",
    "partial",
    "slow",
    "frozen",
    "timed out",
    "twice",
    "doubled",
    "buried",
    "paused",
    "broken",
    "out",
    "redriven",
    "replayed",
    "cancelled",
    "deployed",
    "expired",
]

DESCRIPTIONS: dict[Fault, str] = {
    "die before": "the worker dies before the call is made",
    "die after": "the call is made, and the worker dies before it gets the answer",
    "die, done later": "the worker dies, and the call takes effect later",
    "lost": "the call is made, and its answer is lost",
    "lost, done later": "the call times out, and takes effect later",
    "done twice": "the answer is lost, and the SDK repeats the call and returns the second answer",
    "throttled": "the call is refused, and has no effect",
    "conflict": "another transaction is in the way, and the call has no effect",
    "partial": "a part of the batch is refused",
    "slow": "the answer comes late",
    "frozen": "the worker freezes before the call, and resumes when it is taken for dead",
    "timed out": "Lambda ends the worker at its timeout, during a call",
    "twice": "another worker receives the same message at once",
    "doubled": "SNS delivers the message twice",
    "buried": "every worker dies on the message, so it is dead-lettered",
    "paused": "the consumer is paused",
    "broken": "every call of the consumer is refused",
    "out": "the relay does not run",
    "redriven": "an operator redrives the DLQ",
    "replayed": "an operator replays the order to the consumer",
    "cancelled": "the customer cancels",
    "deployed": "the consumer is deployed only now",
    "expired": "the queue or DLQ kept the message no longer",
}
"""Each fault's description. Those from `timed out` on befall workers, messages and consumers, not
calls."""


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """A fault that was injected: when (ms), into which worker, message, order or consumer.

    `call` is the worker's call that met it, if one did.
    """

    at: int
    target: str
    call: str
    fault: Fault
    detail: str = ""

    def __str__(self) -> str:
        """Return the time, the target and the explanation."""
        where = f"{self.target}, {self.call}" if self.call else self.target
        return f"{format_time(self.at)}  {where}: {DESCRIPTIONS[self.fault]}{self.detail}"
