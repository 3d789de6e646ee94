"""What can go wrong with a call on the wire, and with which: the simulator's faults, on AWS."""

from functools import cache
from typing import Literal

from simulation.faults import DESCRIPTIONS, READS, WITH_CHANGES, possible
from simulation.faults import Fault as PortFault

type Fault = PortFault | Literal["permanent conflict"]

PERMANENT_CONFLICT: Fault = "permanent conflict"
DESCRIPTIONS: dict[Fault, str] = {
    **dict[Fault, str](DESCRIPTIONS.items()),
    "conflict": "another's transaction is in the way once, and the log tries again by itself",
    PERMANENT_CONFLICT: "another's transaction is in the way however often the log tries",
}

PORTS = {
    "dynamodb.Query": "log.read",
    "dynamodb.GetItem": "records.get",
    "dynamodb.Scan": "records.get",
    "dynamodb.PutItem": "log.append",
    "dynamodb.DeleteItem": "rows.remove",
    "dynamodb.TransactWriteItems": WITH_CHANGES,
    "sns.PublishBatch": "topic.publish",
    "sesv2.SendEmail": "mailbox.send",
    "sqs.ChangeMessageVisibilityBatch": "queue.hide",
    "sqs.SendMessage": "queue.put",
}
"""Every operation that a function may ask for, and the call of a port that it is like."""

NO_EFFECT_HERE = frozenset({"slow", "frozen"})
"""What says nothing here, where time stands still while somebody works."""

SAME_AS_DYING_BEFORE = frozenset({"die after"})
"""What, at a read, is the same as a death before it."""

CONFLICTING = frozenset({"dynamodb.PutItem", "dynamodb.TransactWriteItems"})


class UnknownOperation(BaseException):
    """A function asks for an operation of which nobody has said what can go wrong with it.

    It is no `Exception`, so that neither the SDK nor a function can take it for a fault.
    """


@cache
def applicable(operation: str) -> tuple[Fault, ...]:
    """Return the faults that a call of an operation, `<service>.<Operation>`, can meet.

    Raises:
        UnknownOperation: nobody has said which.
    """
    if operation not in PORTS:
        raise UnknownOperation(f"{operation}: say in {__name__} what can go wrong with it")
    faults = {*possible(PORTS[operation])} - NO_EFFECT_HERE
    if PORTS[operation] in READS:
        faults -= SAME_AS_DYING_BEFORE
    added = {"conflict", PERMANENT_CONFLICT} if operation in CONFLICTING else set()
    return tuple(fault for fault in DESCRIPTIONS if fault in faults | added)
