"""The stages as data: they differ in what they keep and where they run, not in shape."""

import platform
from dataclasses import dataclass
from typing import Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

DEFAULT = "dev"


class UnknownStage(ValueError):
    """The context names a stage that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is particular to one world.

    `removal` is what becomes of tables and logs when their stack goes; `protected` refuses to
    delete tables and stacks, `recovery` keeps a table's past for 35 days. `wheels` is the platform
    of third-party code in uv's words, or None for this machine's. `account` and `region` bind the
    stage to one place; a stage without them goes where the operator's credentials point.
    """

    name: str
    log_retention: RetentionDays
    removal: RemovalPolicy
    protected: bool = False
    recovery: bool = False
    architecture: Literal["arm64", "x86_64"] = "arm64"
    wheels: str | None = "aarch64-manylinux2014"
    account: str | None = None
    region: str | None = None
    bootstrapped: bool = True


def _this_machine() -> Literal["arm64", "x86_64"]:
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


LOCAL = Stage(
    name="local",
    log_retention=RetentionDays.ONE_DAY,
    removal=RemovalPolicy.DESTROY,
    architecture=_this_machine(),
    wheels=None,
    account="000000000000",
    region="us-east-1",
    bootstrapped=False,
)
DEV = Stage(
    name="dev",
    log_retention=RetentionDays.TWO_WEEKS,
    removal=RemovalPolicy.DESTROY,
)
PROD = Stage(
    name="prod",
    log_retention=RetentionDays.SIX_MONTHS,
    removal=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    protected=True,
    recovery=True,
)

STAGES = {stage.name: stage for stage in (LOCAL, DEV, PROD)}


def stage_named(name: str) -> Stage:
    """Return the stage of that name.

    Raises:
        UnknownStage: there is none; the message says which there are.
    """
    if name not in STAGES:
        raise UnknownStage(
            f"There is no stage {name!r}, only {', '.join(STAGES)}."
            f" Name one of them: cdk synth -c stage={DEFAULT}"
        )
    return STAGES[name]
