"""Credentials check: the identity, and the account and region that the stage is bound to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from functions.framework.ports import Clock
from ops.doctor.check import Check, Environment, Identity
from ops.doctor.finding import Finding, ok, warning, wrong
from ops.stage.aws_errors import error_names


def identify(client: Callable[[str], Any], clock: Clock) -> Identity:
    """Return the identity of the credentials, from STS.

    The region is read from CloudFormation's client, which fails without one; STS alone would
    answer, as it has a global endpoint.
    """
    region = client("cloudformation").meta.region_name
    answer = client("sts").get_caller_identity()
    return Identity(
        account=answer["Account"],
        arn=answer["Arn"],
        region=region,
        there=date_of(answer),
        here=clock(),
    )


def date_of(answer: Mapping[str, Any]) -> datetime | None:
    """Return the date of an AWS answer, by AWS's clock; an error's answer has one, too."""
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None


def remedy(error: BaseException, profile: str | None) -> str:
    """Return the command that fixes an error of the credentials."""
    known = error_names(error)
    if "NoRegionError" in known:
        return "export AWS_DEFAULT_REGION=REGION"
    if "ProfileNotFound" in known:
        return "aws configure list-profiles"
    return f"aws sso login --profile {profile or 'NAME'}"


def check(env: Environment) -> Sequence[Finding]:
    """Compare the identity with the account and region that the stage is bound to."""
    identity, found = env.identity, []
    bound = {(stack.account, stack.region) for stack in env.blueprint.stacks}
    for account, region in sorted(bound, key=str):
        if account not in (None, identity.account):
            found.append(
                wrong(
                    f"Stage {env.stage} is bound to account {account}, but these credentials belong"
                    f" to {identity.account}: use others.",
                    "aws configure list-profiles",
                )
            )
        if region not in (None, identity.region):
            found.append(
                wrong(
                    f"Stage {env.stage} is bound to region {region}, not to {identity.region}.",
                    f"fanfare doctor --stage {env.stage} --region {region}",
                )
            )
    if identity.arn.endswith(":root"):
        found.append(
            warning("These are the account's root credentials: deploy with a role or a user.")
        )
    return found or [ok(f"{identity.arn} in {identity.region}")]


CHECK = Check(
    name="credentials",
    permissions=("sts:GetCallerIdentity",),
    run=check,
    skipped_locally="the local cloud accepts any",
)
