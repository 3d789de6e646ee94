"""Credentials: who they are, where they lead, and whether the stage wants to be elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from functions.framework.ports import Clock
from ops.doctor.case import Case, Check, Identity
from ops.doctor.finding import Finding, fine, warning, wrong
from ops.stage.aws_errors import signs


def identify(client: Callable[[str], Any], clock: Clock) -> Identity:
    """Ask AWS whose the credentials are.

    Without a region, STS alone would answer, as it has an endpoint for the whole world.
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
    """Return when AWS answered, by its own clock, if it says so; an error's answer does, too."""
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None


def remedy(error: BaseException, profile: str | None) -> str:
    """Return the command that puts right why nobody could be asked."""
    known = signs(error)
    if "NoRegionError" in known:
        return "export AWS_DEFAULT_REGION=REGION"
    if "ProfileNotFound" in known:
        return "aws configure list-profiles"
    return f"aws sso login --profile {profile or 'NAME'}"


def look(case: Case) -> Sequence[Finding]:
    """Compare with where the stage is bound to be."""
    who, found = case.identity, []
    bound = {(stack.account, stack.region) for stack in case.blueprint.stacks}
    for account, region in sorted(bound, key=str):
        if account not in (None, who.account):
            found.append(
                wrong(
                    f"Stage {case.stage} is bound to account {account}, and these credentials are"
                    f" of {who.account}: use others.",
                    "aws configure list-profiles",
                )
            )
        if region not in (None, who.region):
            found.append(
                wrong(
                    f"Stage {case.stage} is bound to region {region}, not to {who.region}.",
                    f"fanfare doctor --stage {case.stage} --region {region}",
                )
            )
    if who.arn.endswith(":root"):
        found.append(
            warning("These are the account's root credentials: deploy with a role, or a user.")
        )
    return found or [fine(f"{who.arn} in {who.region}")]


CHECK = Check(
    name="credentials",
    asks=("sts:GetCallerIdentity",),
    look=look,
    local="the local cloud takes any",
)
