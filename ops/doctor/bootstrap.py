"""Bootstrap check: the CDK toolkit is in the account, in a version that the stacks accept."""

from collections.abc import Sequence

from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, wrong
from ops.stage.aws_errors import error_names


def check(env: Environment) -> Sequence[Finding]:
    """Read the version from the parameter that bootstrapping writes, as the CDK's CLI does."""
    needed = max(stack.bootstrap or 0 for stack in env.blueprint.stacks)
    names = {stack.bootstrap_parameter for stack in env.blueprint.stacks} - {None}
    if not names:
        return [ok("these stacks need none")]
    where = f"{env.identity.region} of {env.identity.account}"
    bootstrap = env.cdk(f"bootstrap aws://{env.identity.account}/{env.identity.region}")
    try:
        answer = env.client("ssm").get_parameter(Name=names.pop())
    except Exception as error:
        if "ParameterNotFound" in error_names(error):
            return [wrong(f"The CDK is not bootstrapped in {where}.", bootstrap)]
        raise
    version = int(answer["Parameter"]["Value"])
    if version < needed:
        return [wrong(f"Bootstrapped, version {version}; these stacks need {needed}.", bootstrap)]
    return [ok(f"version {version}; {needed} is the least that works")]


CHECK = Check(
    name="bootstrap",
    permissions=("ssm:GetParameter",),
    run=check,
    skipped_locally="the local cloud needs none",
)
