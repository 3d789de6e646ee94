"""The simulator's faults on AWS: the faults that each operation can meet."""

from functools import cache
from typing import Literal, NamedTuple

from simulation import faults
from simulation.faults import READS, WITH_CHANGES, possible

type Fault = faults.Fault | Literal["permanent conflict"]

PERMANENT_CONFLICT: Fault = "permanent conflict"
DESCRIPTIONS: dict[Fault, str] = {
    **dict[Fault, str](faults.DESCRIPTIONS.items()),
    "conflict": "another transaction is in the way once, and the log retries by itself",
    PERMANENT_CONFLICT: "another transaction is in the way of every retry of the log",
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
"""Every operation that a function may call, and the corresponding call of a port."""


class InjectedFault(NamedTuple):
    """A fault that was injected: the step, the call or other target, and the call's operation."""

    step: int
    target: str
    fault: Fault
    operation: str

    def __str__(self) -> str:
        return f"step {self.step}, {self.target}: {DESCRIPTIONS[self.fault]}"


class UnknownOperation(BaseException):
    """A function calls an operation whose faults are not listed.

    It is no `Exception`, so that neither the SDK nor a function can take it for a fault.
    """


@cache
def applicable(operation: str) -> tuple[Fault, ...]:
    """Return the faults that a call of an operation, `<service>.<Operation>`, can meet.

    Raises:
        UnknownOperation: they are not listed.
    """
    if operation not in PORTS:
        raise UnknownOperation(f"{operation}: list its faults in {__name__}")
    found: set[Fault] = {*possible(PORTS[operation])}
    found -= {"slow", "frozen"}  # time stands still while a worker runs
    if PORTS[operation] in READS:
        found.remove("die after")  # it equals a death before the call
    if operation in ("dynamodb.PutItem", "dynamodb.TransactWriteItems"):
        found |= {"conflict", PERMANENT_CONFLICT}
    return tuple(fault for fault in DESCRIPTIONS if fault in found)
