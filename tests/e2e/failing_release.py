"""A failing release of payment: active until a signal makes CloudFormation roll it back."""

import json
import time
from collections.abc import Callable
from typing import Any

from functions import names
from ops.local.samples import place
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.project_copy import ProjectCopy

CONSUMER = "payment"
STACK = names.prefixed("local", CONSUMER)
GATE = "Gate"
TIMEOUT = 15
"""Seconds of the function's timeout before the release."""

LONGEST_DELAY = 60
"""Seconds, in this tree: so that the visibility timeout follows from the function's."""

HIDDEN = 6 * TIMEOUT
"""Seconds after which a message whose worker was terminated is visible again, in this tree."""

INTERVAL = 0.25
"""Seconds between two orders during the release."""

_ROW = "functions/payment/service.py"
_RULES = "functions/payment/reactions.py"
_STACK = "infra/consumer.py"
_LAST = "            MetricAlarm(self, service=consumer.name, metric=outcome.metric)\n"
"""The last construct of a consumer's stack."""

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
    project.change(_STACK, _LAST, _LAST + _WAIT)


def is_at_gate(cloud: LocalCloud) -> bool:
    """Return whether the release is active and CloudFormation waits at the gate."""
    events = cloud.connection.client("cloudformation").describe_stack_events(StackName=STACK)
    return any(
        event["LogicalResourceId"] == GATE and event["ResourceStatus"].endswith("_IN_PROGRESS")
        for event in events["StackEvents"]
    )


def fail(cloud: LocalCloud) -> None:
    cloud.connection.client("cloudformation").signal_resource(
        StackName=STACK, LogicalResourceId=GATE, UniqueId="smoke", Status="FAILURE"
    )


def failed_orders(cloud: LocalCloud) -> set[str]:
    """Return the orders that the release failed to charge, from its log."""
    group = cloud.connection.log_group(CONSUMER)
    reader = cloud.connection.client("logs").get_paginator("filter_log_events")
    pages = reader.paginate(logGroupName=group, filterPattern='"retry"')
    lines = (json.loads(event["message"]) for page in pages for event in page["events"])
    return {line["order"] for line in lines if line.get("error") == "RuntimeError"}


def ordering(
    cloud: LocalCloud, body: dict[str, Any], orders: list[str], condition: Callable[[], bool]
) -> Callable[[], bool]:
    """Return a condition that places an order, appended to `orders`, whenever it is checked."""

    def checked() -> bool:
        time.sleep(INTERVAL)
        orders.append(place(cloud.api, body))
        return condition()

    return checked
