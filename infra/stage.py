"""The stages as data: they differ in what they keep and where they run, not in shape."""

import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from functions import names
from functions.framework.service import Adapter, Consumer, UnknownAdapter
from infra.issuer import malformed

DEFAULT = "dev"

SENDER = re.compile(r"[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
"""What a stage's mail may be from: an address alone, as SES knows it."""

ORIGIN = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?|http://localhost:[0-9]{1,5}")
"""Whose pages may call the API: an origin (RFC 6454) over TLS, or one that is being written."""

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+")
"""What a stage's alarms may go to: a standard topic, since CloudWatch knows no FIFO one."""


class ImpossibleStage(ValueError):
    """A stage has settings that cannot be, or not together; the message says which."""


class UnknownStage(ImpossibleStage):
    """The context names a stage that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is particular to one world.

    `removal` is what becomes of tables and logs when their stack goes; `protected` refuses to
    delete tables and stacks. `wheels` is the platform of third-party code in uv's words, or None
    for this machine's. `account` and `region` bind the stage to one place; a stage without them
    goes where the operator's credentials point.

    `adapters` names a service's way to the outside where it is not the usual one. `sender` is the
    address that mail is from, such as `sender="shop@example.com"`; without one, mail is recorded
    and not sent. SES must know it in the stage's account and region, before mail is sent, as a
    verified identity: the address or its domain (`aws sesv2 create-email-identity
    --email-identity example.com`); to write to anybody, the account must be out of SES's sandbox
    (https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html). `issuer` and
    `audience` are those of the tokens (OpenID Connect) that customers must show; without them the
    shop is open to guests. `origins` are the web pages elsewhere that may call the API, such as
    `origins=("https://shop.example.com",)`; without any, browsers let none. `alarm_topic` is the
    ARN of the SNS topic that alarms go to.
    """

    name: str
    log_retention: RetentionDays
    removal: RemovalPolicy
    protected: bool = False
    architecture: Literal["arm64", "x86_64"] = "arm64"
    wheels: str | None = "aarch64-manylinux2014"
    account: str | None = None
    region: str | None = None
    bootstrapped: bool = True
    adapters: Mapping[str, str] = field(default_factory=dict)
    sender: str | None = None
    issuer: str | None = None
    audience: str | None = None
    origins: tuple[str, ...] = ()
    alarm_topic: str | None = None

    def __post_init__(self) -> None:
        """Refuse settings that only make sense together."""
        if (self.issuer is None) != (self.audience is None):
            there, missing = (
                ("audience", "issuer") if self.issuer is None else ("issuer", "audience")
            )
            raise ImpossibleStage(
                f"Stage {self.name} has an {there} and no {missing}: name both, in infra/stage.py"
                " or by -c issuer=… -c audience=…, or neither."
            )
        if self.issuer is not None:
            wrong = malformed(self.issuer, local=not self.bootstrapped)
            if wrong:
                raise ImpossibleStage(f"Stage {self.name}: the issuer {self.issuer!r} {wrong}.")
        if self.audience is not None and not self.audience.strip():
            raise ImpossibleStage(
                f"Stage {self.name}: the audience is empty. Name what the issuer's tokens are for,"
                " as their `aud` says."
            )
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                raise ImpossibleStage(
                    f"Stage {self.name}: no page can be of {origin!r}. Name each origin in full, as"
                    ' browsers send it: origins=("https://shop.example.com",)'
                )
        if self.alarm_topic is not None and not TOPIC.fullmatch(self.alarm_topic):
            raise ImpossibleStage(
                f"Stage {self.name}: alarms cannot go to {self.alarm_topic!r}. Name a topic by its"
                ' ARN: alarm_topic="arn:aws:sns:eu-central-1:123456789012:on-call"'
            )
        if self.sender is not None and not SENDER.fullmatch(self.sender):
            raise ImpossibleStage(
                f"Stage {self.name}: mail cannot be from {self.sender!r}. Name an address alone,"
                ' its domain in small letters: sender="shop@example.com"'
            )

    def adapter_of(self, consumer: Consumer) -> Adapter | None:
        """Return the way to the outside that a consumer takes here.

        Raises:
            ImpossibleStage: the stage names one that the consumer does not have, or one that mails
                and no sender.
        """
        mailing = [adapter.name for adapter in consumer.adapters if adapter.mails]
        usual = mailing[0] if mailing and self.sender else None
        try:
            adapter = consumer.adapter(self.adapters.get(consumer.name, usual))
        except UnknownAdapter as error:
            raise ImpossibleStage(
                f"Stage {self.name}: {error} Name one that there is, in infra/stage.py."
            ) from error
        if adapter and adapter.mails and not self.sender:
            raise ImpossibleStage(
                f"Stage {self.name}: {consumer.name} is to send mail ({adapter.name}) and nobody is"
                " named whom it is from. Give the stage a sender, in infra/stage.py."
            )
        return adapter


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
    sender=names.LOCAL_SENDER,
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
    adapters={"payment": "stripe"},
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
            f" Name one of them, such as {DEFAULT}, or add yours to infra/stage.py."
        )
    return STAGES[name]


def stage_of(context: Callable[[str], Any]) -> Stage:
    """Return the stage that the CDK's context names, and says to whom it is open.

    That is `-c stage=…`, and to try an issuer `-c issuer=… -c audience=…`. What is to last stands
    in the stage itself: a deployment without these would open the shop to guests again.

    Raises:
        ImpossibleStage: there is none of that name, or it cannot be so.
    """
    stage = stage_named(context("stage") or DEFAULT)
    issuer, audience = context("issuer"), context("audience")
    return replace(
        stage,
        issuer=stage.issuer if issuer is None else issuer,
        audience=stage.audience if audience is None else audience,
    )
