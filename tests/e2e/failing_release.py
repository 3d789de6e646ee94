"""A failing release of payment: active until a signal makes CloudFormation roll it back."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any

from functions import names
from ops.local.samples import place
from ops.logs.record import LogRecord
from ops.logs.watch import LOCAL_TIMING, Watch
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.project_copy import ProjectCopy

CONSUMER = "payment"
GATE = "Gate"
TIMEOUT = 15
"""Seconds of the function's timeout before the release."""

INTERVAL = 0.25
"""Seconds between two orders during the release."""

_ROW = "functions/payment/service.py"
_RULES = "functions/payment/reactions.py"
_STACK = "infra/consumer.py"

_WAIT = f"""
        if consumer.name == "{CONSUMER}":
            from aws_cdk import CfnCreationPolicy, CfnResourceSignal, CfnWaitCondition

            gate = CfnWaitCondition(self, "{GATE}")
            gate.cfn_options.creation_policy = CfnCreationPolicy(
                resource_signal=CfnResourceSignal(count=1, timeout="PT5M")
            )
            gate.node.add_dependency(*(child for child in self.node.children if child is not gate))
"""


def write(project: ProjectCopy) -> None:
    """Write the release: another memory size, a table, one more subscribed type, failing reactions.

    When all other changes are active, CloudFormation waits at the gate for a signal.
    """
    project.change(_ROW, "    batch=5,", "    memory=768,\n    batch=4,")
    project.change(_ROW, f"    timeout={TIMEOUT},", f"    timeout={TIMEOUT - 3},")
    project.change(_ROW, "import OrderCancelled", "import OrderCancelled, OrderConfirmed")
    project.change(_ROW, "    on=(\n", "    on=(\n        On(event=OrderConfirmed, react=print),\n")
    table = '    tables=(Table(name="notes", key="order", access=frozenset({"put"})),),\n'
    project.change(_ROW, "    adapters=(\n", f"{table}    adapters=(\n")
    raised = '    raise RuntimeError("a bad release")\n'
    project.change(_RULES, "    if history.at(CHARGE):\n", f"{raised}    if history.at(CHARGE):\n")
    stack = project.path / _STACK
    stack.write_text(stack.read_text() + _WAIT)


def is_at_gate(cloud: LocalCloud) -> bool:
    """Return whether the release is active and CloudFormation waits at the gate."""
    events = cloud.connection.client("cloudformation").describe_stack_events(StackName=_stack())
    return any(
        event["LogicalResourceId"] == GATE and event["ResourceStatus"].endswith("_IN_PROGRESS")
        for event in events["StackEvents"]
    )


def fail(cloud: LocalCloud) -> None:
    """Signal CloudFormation that the release failed."""
    cloud.connection.client("cloudformation").signal_resource(
        StackName=_stack(), LogicalResourceId=GATE, UniqueId="smoke", Status="FAILURE"
    )


def status(cloud: LocalCloud) -> str:
    """Return the status of the released stack."""
    found = cloud.connection.client("cloudformation").describe_stacks(StackName=_stack())
    return str(found["Stacks"][0]["StackStatus"])


class Failures:
    """The orders that the release failed to charge, from its log."""

    def __init__(self, cloud: LocalCloud) -> None:
        connection = cloud.connection
        groups = {CONSUMER: connection.log_group(CONSUMER)}
        self._watch = Watch(
            connection.client("logs"),
            groups,
            since=time.time(),
            timing=replace(LOCAL_TIMING, late=600),
            pattern='"retry"',
        )
        self.orders: set[str | None] = set()

    def count(self) -> int:
        """Return their number so far."""
        records: list[LogRecord] = self._watch.poll(time.time(), flush=True)
        self.orders |= {record.order for record in records if record.error == "RuntimeError"}
        return len(self.orders)


@contextmanager
def customers(cloud: LocalCloud, body: dict[str, Any]) -> Iterator[list[str]]:
    """Place orders while the body runs; yield a list of their ids, complete once it is left.

    Raises:
        CommandError: the shop refused an order.
    """
    placed: list[str] = []
    stop = Event()

    def shop() -> None:
        while not stop.wait(INTERVAL):
            placed.append(place(cloud.api, body))

    with ThreadPoolExecutor(max_workers=1) as pool:
        shopping = pool.submit(shop)
        try:
            yield placed
        finally:
            stop.set()
        shopping.result()


def _stack() -> str:
    return names.prefixed("local", CONSUMER)
