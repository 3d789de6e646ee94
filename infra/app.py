"""All stacks of a stage: one for the bus, one for the API and one per consumer."""

from collections.abc import Sequence

from aws_cdk import Annotations
from constructs import Construct

from functions import names
from functions.framework.service import Consumer
from functions.map import API, BUS, CONSUMERS
from infra.api import ApiStack
from infra.bus import BusStack
from infra.consumer import ConsumerStack
from infra.stage import InvalidStage, Stage
from infra.stage_stack import StageStack


def build(app: Construct, stage: Stage, *, consumers: Sequence[Consumer] = CONSUMERS) -> None:
    """Add a stage's stacks to an app; each of them depends on the bus's stack and on no other.

    Raises:
        InvalidStage: the stage chooses an unknown adapter, or one for an unknown consumer.
    """
    unknown = stage.adapters.keys() - {consumer.name for consumer in (*CONSUMERS, *consumers)}
    if unknown:
        raise InvalidStage(
            f"Stage {stage.name} chooses an adapter for {', '.join(sorted(unknown))}, which is not"
            " a consumer. Name a consumer of the map, in infra/stage.py."
        )
    bus = BusStack(app, stage=stage, relay=BUS)
    if stage.protected and not stage.alarm_topic:
        Annotations.of(bus).add_warning_v2(
            f"{names.SYSTEM}:nobody-is-woken",
            f"Stage {stage.name} has no alarm_topic: its alarms are visible in the console and"
            " notify nobody. Name an SNS topic of yours, in infra/stage.py.",
        )
    stacks: list[StageStack] = [ApiStack(app, stage=stage, api=API)]
    stacks += [ConsumerStack(app, stage=stage, consumer=consumer) for consumer in consumers]
    for stack in stacks:
        stack.add_stack_dependency(bus)
