"""The CDK's toolkit in the account: whether it is there, and new enough for these stacks."""

from collections.abc import Sequence

from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, wrong
from ops.stage.aws_errors import signs


def look(case: Case) -> Sequence[Finding]:
    """Read the version that bootstrapping leaves in a parameter, as the CDK's CLI does."""
    needed = max(stack.bootstrap or 0 for stack in case.blueprint.stacks)
    names = {stack.bootstrap_parameter for stack in case.blueprint.stacks} - {None}
    if not names:
        return [fine("these stacks need none")]
    where = f"{case.identity.region} of {case.identity.account}"
    do = case.cdk(f"bootstrap aws://{case.identity.account}/{case.identity.region}")
    try:
        answer = case.client("ssm").get_parameter(Name=names.pop())
    except Exception as error:
        if "ParameterNotFound" in signs(error):
            return [wrong(f"The CDK has never been bootstrapped in {where}.", do)]
        raise
    version = int(answer["Parameter"]["Value"])
    if version < needed:
        return [wrong(f"Bootstrapped, version {version}; these stacks need {needed}.", do)]
    return [fine(f"version {version} of {needed} at least")]


CHECK = Check(
    name="bootstrap",
    asks=("ssm:GetParameter",),
    look=look,
    local="the local cloud needs none",
)
