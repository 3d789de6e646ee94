"""What can go wrong with a call of a port, and with which."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from functions.framework.ports import MailUnavailable
from functions.payment.gateway import GatewayUnavailable
from functions.shipping.carrier import CarrierUnavailable
from simulation.clock import told

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

EXPLAINED: dict[Fault, str] = {
    "die before": "the worker dies, and the call was never made",
    "die after": "the call was made, and the worker dies before it hears the answer",
    "die, done later": "the worker dies, and the call comes through when it is gone",
    "lost": "the call was made, and its answer is lost",
    "lost, done later": "no answer comes in time, and the call comes through later",
    "done twice": "the answer is lost, the SDK calls again, and gives the second answer",
    "throttled": "the call is refused, and nothing was done",
    "conflict": "another's transaction is in the way, and nothing was done",
    "partial": "a part of the batch is refused",
    "slow": "the answer comes late",
    "frozen": "the worker stands still before the call, and goes on when it is taken for dead",
    "timed out": "Lambda ends the worker, whose time is over, during a call",
    "twice": "another worker is given the same message at once",
    "doubled": "SNS delivers the message twice",
    "buried": "every worker dies on the message, so it goes to the DLQ",
    "paused": "the consumer is paused",
    "broken": "every call that the consumer makes is refused",
    "out": "the relay is out",
    "redriven": "an operator sends the DLQ to the queue again",
    "replayed": "an operator replays the order to the consumer",
    "cancelled": "the customer cancels",
    "deployed": "the consumer is deployed only now",
    "expired": "the queue or DLQ kept the message no longer",
}
"""Each fault in plain words. Those from `timed out` on are no call's: they befall workers, messages
and consumers."""

ALWAYS: tuple[Fault, ...] = ("die before", "die after", "throttled", "slow", "frozen")
DONE_LATER: tuple[Fault, ...] = ("die, done later", "lost, done later")
EFFECTS: tuple[Fault, ...] = ("lost", *DONE_LATER)
AGAIN: tuple[Fault, ...] = ("done twice",)
READS = frozenset({"log.read", "records.get", "rows.page", "rows.listed", "carrier.find"})
NEVER_AGAIN = frozenset({"mailbox.send"})
"""What the SDK does not ask a second time; its answer may be lost all the same."""

RARE = {
    "rows.remove": 8,
    "carrier.find": 8,
    "gateway.cancel": 3,
    "log.append with changes": 2,
}
OFTEN = 0.5
"""Calls that few worlds make meet a fault so many times as often as others, but not more often than
this: else some of their faults would be seen in one world of thousands."""

WITH_CHANGES = "log.append with changes"


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """A fault that happened: when (ms), to whom, and to which call of a worker's, if to one."""

    at: int
    worker: str
    call: str
    fault: Fault
    more: str = ""

    def __str__(self) -> str:
        """Say it in plain words."""
        where = f"{self.worker}, {self.call}" if self.call else self.worker
        return f"{told(self.at)}  {where}: {EXPLAINED[self.fault]}{self.more}"


class Unavailable(Exception):
    """A call of a port failed, or its answer never came."""


UNAVAILABLE: dict[str, type[Exception]] = {
    "gateway": GatewayUnavailable,
    "carrier": CarrierUnavailable,
    "mailbox": MailUnavailable,
}
"""The word that a port has for it, where it has one."""


@cache
def possible(call: str) -> tuple[Fault, ...]:
    """Return the faults that a call can meet."""
    if call in READS:
        return ALWAYS
    faults = ALWAYS + EFFECTS
    if call not in NEVER_AGAIN:
        faults += AGAIN
    if call == WITH_CHANGES:
        faults += ("conflict",)
    if call == "topic.publish":
        faults += ("partial",)
    return faults


def unavailable(call: str) -> Exception:
    """Return what the caller of a failed call gets to hear."""
    return UNAVAILABLE.get(call.partition(".")[0], Unavailable)(call)
