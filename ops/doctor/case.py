"""The stage as a check sees it: whose account, which templates, and how to ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.cli.options import Options
from ops.doctor.finding import Finding
from ops.stage.templates import Blueprint


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the credentials are, and when AWS said so, by its clock and by this machine's."""

    account: str
    arn: str
    region: str
    there: datetime | None
    here: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a check may look at; `client` gives the SDK's clients, which it only reads with.

    `context` is what the CDK is told besides the stage.
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

    def aws(self, words: str) -> str:
        """Return a command of the AWS CLI for this account and region."""
        profile = f" --profile {self.options.profile}" if self.options.profile else ""
        return f"aws {words} --region {self.identity.region}{profile}"

    def cdk(self, words: str) -> str:
        """Return a command of the CDK's CLI for this stage."""
        told = "".join(f" -c {each}" for each in self.context)
        profile = f" --profile {self.options.profile}" if self.options.profile else ""
        region = f"AWS_REGION={self.options.region} " if self.options.region else ""
        return f"{region}.venv/bin/cdk {words} -c stage={self.stage}{told}{profile}"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing to look at in an account: `asks` are the permissions that it takes.

    `local` says why it is no question on the local cloud; without, it is asked there, too.
    """

    name: str
    asks: tuple[str, ...]
    look: Callable[[Case], Sequence[Finding]]
    local: str | None = None
