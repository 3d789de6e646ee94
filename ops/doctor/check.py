"""Check, and the environment that checks read: stage, account, templates and AWS clients."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.cli.options import Options
from ops.doctor.finding import Finding
from ops.stage.templates import Blueprint


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The identity of the credentials, and the time of AWS's answer.

    Args:
        there: the time by AWS's clock, None if the answer had none.
        here: the time by this machine's clock.
    """

    account: str
    arn: str
    region: str
    there: datetime | None
    here: datetime


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The stage in its account and region, as the checks read it.

    Args:
        client: return an SDK client by service name; checks only read with it.
        context: further CDK context (`key=value`) besides the stage.
    """

    options: Options
    blueprint: Blueprint
    client: Callable[[str], Any]
    identity: Identity
    context: Sequence[str] = ()

    @property
    def stage(self) -> str:
        """The stage's name."""
        return self.options.stage

    def aws(self, arguments: str) -> str:
        """Return a command of the AWS CLI for this account and region."""
        profile = f" --profile {self.options.profile}" if self.options.profile else ""
        return f"aws {arguments} --region {self.identity.region}{profile}"

    def cdk(self, arguments: str) -> str:
        """Return a command of the CDK's CLI for this stage."""
        context = "".join(f" -c {each}" for each in self.context)
        profile = f" --profile {self.options.profile}" if self.options.profile else ""
        region = f"AWS_REGION={self.options.region} " if self.options.region else ""
        return f"{region}.venv/bin/cdk {arguments} -c stage={self.stage}{context}{profile}"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of an account.

    Args:
        permissions: the IAM actions that the check needs.
        skipped_locally: the reason why the local stage skips the check; None if it runs there too.
    """

    name: str
    permissions: tuple[str, ...]
    run: Callable[[Environment], Sequence[Finding]]
    skipped_locally: str | None = None
