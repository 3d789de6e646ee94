"""App of another repository: the stacks of its consumers, beside a deployed stage.

They share names with the stage and no references, so no stack of the stage changes.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aws_cdk import App
from constructs import Construct

from functions.framework.service import Consumer
from functions.map import SERVICES
from infra.consumer import ConsumerStack
from infra.packaging.places import CDK_SETTINGS
from infra.packaging.wheels import LayerNotBuilt
from infra.stage import InvalidStage, Stage, stage_of

type Adapters = Mapping[str, Mapping[str, str]]
"""Names of adapters by consumer, by stage, where it is not the default one."""

USUAL: Adapters = MappingProxyType({})


class InvalidConsumer(ValueError):
    """A consumer cannot be deployed from another repository; the message says why."""


def synthesize(
    *consumers: Consumer, adapters: Adapters = USUAL, folder: Path | None = None
) -> None:
    """Write the stacks of consumers, for the stage that the CDK's context names (`-c stage=…`).

    The CDK's flags are those of the stage's own app, and its command line names the folder unless
    one is given. Invalid input ends the process with a sentence.
    """
    app = App(context=_flags(), outdir=str(folder) if folder else None)
    try:
        stage = stage_of(app.node.try_get_context)
        chosen = {**stage.adapters, **adapters.get(stage.name, {})}
        build(app, replace(stage, adapters=chosen), *consumers)
    except (InvalidConsumer, InvalidStage, LayerNotBuilt) as error:
        sys.exit(str(error))
    app.synth()


def build(app: Construct, stage: Stage, *consumers: Consumer) -> None:
    """Add the stacks of consumers to an app.

    Raises:
        InvalidConsumer: a name is taken, or a package does not have the row.
        InvalidStage: the stage chooses an unknown adapter.
    """
    for consumer in consumers:
        _check(consumer)
        ConsumerStack(app, stage=stage, consumer=consumer)


def _check(consumer: Consumer) -> None:
    if consumer.name in {service.name for service in SERVICES}:
        raise InvalidConsumer(
            f"The name {consumer.name!r} is taken: functions/map.py has a service of that name,"
            " whose stack this one would replace. Choose another name."
        )
    if consumer.package is None:
        raise InvalidConsumer(
            f"{consumer.name} names no package, so its function would look for functions/"
            f"{consumer.name}. Name the package that has its service.py: package={consumer.name!r}."
        )
    where = f"{consumer.code_package}.service"
    try:
        found = getattr(import_module(where), "SERVICE", None)
    except ModuleNotFoundError as error:
        if error.name is None or not where.startswith(error.name):
            raise
        raise InvalidConsumer(
            f"{consumer.name}: there is no module {where}. Name the top-level package that has the"
            " row, and run the app from the folder that has it."
        ) from error
    if found != consumer:
        raise InvalidConsumer(
            f"{consumer.name}: SERVICE in {where} is another one, and its function would run that."
            " Declare the row there as SERVICE."
        )


def _flags() -> dict[str, Any]:
    flags: dict[str, Any] = json.loads(CDK_SETTINGS.read_text(encoding="utf-8"))["context"]
    return flags
