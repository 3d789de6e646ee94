"""The whole: a stage's stacks, one for the bus, one for the API and one per consumer."""

from collections.abc import Sequence

from aws_cdk import Annotations
from constructs import Construct

from functions import names
from functions.framework.service import Consumer
from functions.map import API, BUS, CONSUMERS
from infra.api import ApiStack
from infra.bus import BusStack
from infra.consumer import ConsumerStack
from infra.stage import ImpossibleStage, Stage
from infra.stage_stack import StageStack


def build(app: Construct, stage: Stage, *, consumers: Sequence[Consumer] = CONSUMERS) -> None:
    """Add a stage's stacks to an app; all but the bus need the bus to be there, and only that.

    Raises:
        ImpossibleStage: the stage chooses an adapter that is not there, or for nobody.
    """
    nobody = stage.adapters.keys() - {consumer.name for consumer in (*CONSUMERS, *consumers)}
    if nobody:
        raise ImpossibleStage(
            f"Stage {stage.name} chooses an adapter for {', '.join(sorted(nobody))}, which is no"
            " consumer. Name one of the map's, in infra/stage.py."
        )
    bus = BusStack(app, stage=stage, relay=BUS)
    if stage.protected and not stage.alarm_topic:
        Annotations.of(bus).add_warning_v2(
            f"{names.SYSTEM}:nobody-is-woken",
            f"Stage {stage.name} has no alarm_topic: its alarms are seen in the console and wake"
            " nobody. Name an SNS topic of yours, in infra/stage.py.",
        )
    parts: list[StageStack] = [ApiStack(app, stage=stage, api=API)]
    parts += [ConsumerStack(app, stage=stage, consumer=consumer) for consumer in consumers]
    for part in parts:
        part.add_stack_dependency(bus)
