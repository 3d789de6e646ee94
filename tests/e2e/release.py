"""A release of payment that fails: it is in force until it is told to be unwell, then goes back."""

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
from tests.e2e.tree import Tree
from tests.e2e.world import World

CONSUMER = "payment"
GATE = "Gate"
TIMEOUT = 15
"""Seconds that the function has before the release."""

BETWEEN = 0.25
"""Seconds between two orders of the customers who do not know that there is a release."""

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


def write(tree: Tree) -> None:
    """Write the release: another size, another table, one type more to hear, and rules that raise.

    CloudFormation waits at the gate, when all the rest is in force, for word that it is well.
    """
    tree.change(_ROW, "    batch=5,", "    memory=768,\n    batch=4,")
    tree.change(_ROW, f"    timeout={TIMEOUT},", f"    timeout={TIMEOUT - 3},")
    tree.change(_ROW, "import OrderCancelled", "import OrderCancelled, OrderConfirmed")
    tree.change(_ROW, "    on=(\n", "    on=(\n        On(event=OrderConfirmed, react=print),\n")
    table = '    tables=(Table(name="notes", key="order", access=frozenset({"put"})),),\n'
    tree.change(_ROW, "    adapters=(\n", f"{table}    adapters=(\n")
    raised = '    raise RuntimeError("a bad release")\n'
    tree.change(_RULES, "    if history.at(CHARGE):\n", f"{raised}    if history.at(CHARGE):\n")
    stack = tree.path / _STACK
    stack.write_text(stack.read_text() + _WAIT)


def at_the_gate(world: World) -> bool:
    """Tell whether all of the release but the gate is in force."""
    events = world.connection.client("cloudformation").describe_stack_events(StackName=_stack())
    return any(
        event["LogicalResourceId"] == GATE and event["ResourceStatus"].endswith("_IN_PROGRESS")
        for event in events["StackEvents"]
    )


def unwell(world: World) -> None:
    """Tell CloudFormation that the release is not well."""
    world.connection.client("cloudformation").signal_resource(
        StackName=_stack(), LogicalResourceId=GATE, UniqueId="smoke", Status="FAILURE"
    )


def status(world: World) -> str:
    """Return the status of the stack that is released."""
    found = world.connection.client("cloudformation").describe_stacks(StackName=_stack())
    return str(found["Stacks"][0]["StackStatus"])


class Failures:
    """The orders that the release could not charge, as its log tells."""

    def __init__(self, world: World) -> None:
        connection = world.connection
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
        """Return how many there are by now."""
        records: list[LogRecord] = self._watch.poll(time.time(), flush=True)
        self.orders |= {record.order for record in records if record.error == "RuntimeError"}
        return len(self.orders)


@contextmanager
def customers(world: World, body: dict[str, Any]) -> Iterator[list[str]]:
    """Have orders placed while the body runs; give their ids, all of them once it is left.

    Raises:
        CommandError: the shop refused one.
    """
    placed: list[str] = []
    enough = Event()

    def shop() -> None:
        while not enough.wait(BETWEEN):
            placed.append(place(world.api, body))

    with ThreadPoolExecutor(max_workers=1) as pool:
        shopping = pool.submit(shop)
        try:
            yield placed
        finally:
            enough.set()
        shopping.result()


def _stack() -> str:
    return names.prefixed("local", CONSUMER)
