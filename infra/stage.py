"""Stages as data: they differ in retention, settings and location, not in their resources."""

import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from functions import names
from functions.framework.service import Adapter, Consumer, UnknownAdapter
from infra.issuer import form_error

DEFAULT = "dev"

SENDER = re.compile(r"[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
"""The form of a sender: an address only, without a name, as SES expects it."""

ORIGIN = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?|http://localhost:[0-9]{1,5}")
"""The form of an origin (RFC 6454) whose pages may call the API: over TLS, or localhost."""

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+")
"""The form of an alarm topic's ARN: a standard topic, since CloudWatch supports no FIFO topics."""

ACCOUNT = re.compile(r"[0-9]{12}")
"""The form of an account's id."""


class InvalidStage(ValueError):
    """A stage has invalid settings, or a wrong combination of them; the message names them."""


class UnknownStage(InvalidStage):
    """The context names a stage that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The settings of one stage.

    `removal` is the removal policy of tables and logs; `protected` protects tables and stacks from
    deletion. `wheels` is the platform of third-party code, as uv names it, or None for this
    machine's. `account` and `region` fix the place of the stage; without them it is deployed where
    the operator's credentials point.

    `adapters` names a service's adapter where it is not the usual one. `sender` is the sender's
    address of mail, such as `sender="shop@example.com"`; without one, mail is recorded and not
    sent. In the stage's account and region it must be a verified identity of SES before mail is
    sent: the address or its domain (`aws sesv2 create-email-identity --email-identity
    example.com`); to send to any address, the account must be out of SES's sandbox
    (https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html). `issuer` and
    `audience` are those of the customers' tokens (OpenID Connect); without them the shop is open to
    guests. `origins` are the web origins that may call the API, such as
    `origins=("https://shop.example.com",)`; without any, browsers allow none. `alarm_topic` is the
    ARN of the SNS topic that alarms notify. `subscriber_accounts` are other accounts whose queues
    may subscribe to the topic, which has personal data (docs/elsewhere.md).
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
    subscriber_accounts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse invalid settings, and wrong combinations of them."""
        self._check_issuer()
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                raise InvalidStage(
                    f"Stage {self.name}: {origin!r} is not a valid origin. Name each origin in"
                    ' full, as browsers send it: origins=("https://shop.example.com",)'
                )
        if self.alarm_topic is not None and not TOPIC.fullmatch(self.alarm_topic):
            raise InvalidStage(
                f"Stage {self.name}: {self.alarm_topic!r} is not the ARN of a standard topic. Name"
                ' one: alarm_topic="arn:aws:sns:eu-central-1:123456789012:on-call"'
            )
        for account in self.subscriber_accounts:
            if not ACCOUNT.fullmatch(account):
                raise InvalidStage(
                    f"Stage {self.name}: {account!r} is not the id of an account. Name each by its"
                    ' 12 digits: subscriber_accounts=("210987654321",)'
                )
        if self.sender is not None and not SENDER.fullmatch(self.sender):
            raise InvalidStage(
                f"Stage {self.name}: {self.sender!r} is not a valid sender. Name an address only,"
                ' with its domain in lower case: sender="shop@example.com"'
            )

    def _check_issuer(self) -> None:
        if (self.issuer is None) != (self.audience is None):
            there, missing = (
                ("audience", "issuer") if self.issuer is None else ("issuer", "audience")
            )
            raise InvalidStage(
                f"Stage {self.name} has an {there} and no {missing}: name both, in infra/stage.py"
                " or by -c issuer=… -c audience=…, or neither."
            )
        if self.issuer is not None:
            wrong = form_error(self.issuer, local=not self.bootstrapped)
            if wrong:
                raise InvalidStage(f"Stage {self.name}: the issuer {self.issuer!r} {wrong}.")
        if self.audience is not None and not self.audience.strip():
            raise InvalidStage(
                f"Stage {self.name}: the audience is empty. Name the audience of the issuer's"
                " tokens, their `aud`."
            )

    def adapter_of(self, consumer: Consumer) -> Adapter | None:
        """Return the adapter of a consumer on this stage, or None if it has none.

        Raises:
            InvalidStage: the consumer does not have the adapter that the stage names, or the
                adapter sends mail and the stage has no sender.
        """
        mailing = [adapter.name for adapter in consumer.adapters if adapter.mails]
        usual = mailing[0] if mailing and self.sender else None
        try:
            adapter = consumer.adapter(self.adapters.get(consumer.name, usual))
        except UnknownAdapter as error:
            raise InvalidStage(
                f"Stage {self.name}: {error} Name one of its adapters, in infra/stage.py."
            ) from error
        if adapter and adapter.mails and not self.sender:
            raise InvalidStage(
                f"Stage {self.name}: {consumer.name} sends mail ({adapter.name}), but the stage has"
                " no sender. Set its sender, in infra/stage.py."
            )
        return adapter


def _host_architecture() -> Literal["arm64", "x86_64"]:
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


LOCAL = Stage(
    name="local",
    log_retention=RetentionDays.ONE_DAY,
    removal=RemovalPolicy.DESTROY,
    architecture=_host_architecture(),
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
    """Return a stage by its name.

    Raises:
        UnknownStage: no stage has that name; the message lists the stages.
    """
    if name not in STAGES:
        raise UnknownStage(
            f"There is no stage {name!r}, only {', '.join(STAGES)}."
            f" Name one of these, such as {DEFAULT}, or add yours to infra/stage.py."
        )
    return STAGES[name]


def stage_of(context: Callable[[str], Any]) -> Stage:
    """Return the stage that the CDK's context names (`-c stage=…`).

    To try an issuer, the context overrides it with `-c issuer=… -c audience=…`. A permanent issuer
    belongs in the stage itself: a deployment without these options would open the shop to guests
    again.

    Raises:
        InvalidStage: no stage has that name, or its settings are invalid.
    """
    stage = stage_named(context("stage") or DEFAULT)
    issuer, audience = context("issuer"), context("audience")
    return replace(
        stage,
        issuer=stage.issuer if issuer is None else issuer,
        audience=stage.audience if audience is None else audience,
    )
