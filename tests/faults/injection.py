"""The simulator's faults on AWS: the faults that each operation can meet."""

from functools import cache
from typing import Literal, NamedTuple

from simulation import calls, faults

type Fault = faults.Fault | Literal["permanent conflict"]

PERMANENT_CONFLICT: Fault = "permanent conflict"
DESCRIPTIONS: dict[Fault, str] = {
    **dict[Fault, str](faults.DESCRIPTIONS.items()),
    "conflict": "another transaction is in the way once, and the log retries by itself",
    PERMANENT_CONFLICT: "another transaction is in the way of every retry of the log",
}

PORTS = {
    "dynamodb.Query": calls.LOG_READ,
    "dynamodb.GetItem": calls.RECORDS_GET,
    "dynamodb.Scan": calls.RECORDS_GET,
    "dynamodb.PutItem": calls.LOG_APPEND,
    "dynamodb.DeleteItem": calls.ROWS_REMOVE,
    "dynamodb.TransactWriteItems": calls.APPEND_WITH_CHANGES,
    "sns.PublishBatch": calls.PUBLISH,
    "sesv2.SendEmail": calls.MAIL_SEND,
    "sqs.ChangeMessageVisibilityBatch": calls.QUEUE_HIDE,
    "sqs.SendMessage": calls.QUEUE_PUT,
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
    found: set[Fault] = {*PORTS[operation].faults}
    found -= {"slow", "frozen"}  # time stands still while a worker runs
    if "lost" not in found:
        found.remove("die after")  # it equals a death before the call
    if operation in ("dynamodb.PutItem", "dynamodb.TransactWriteItems"):
        found |= {"conflict", PERMANENT_CONFLICT}
    return tuple(fault for fault in DESCRIPTIONS if fault in found)
