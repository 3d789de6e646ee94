"""The role under which an operator blanks a person's data, and does nothing else."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions import names
from infra.grants import Grants, policy
from infra.stage import ImpossibleStage
from infra.stage_stack import StageStack

SESSION = Duration.hours(1)
MOST = 64
"""Letters of a role's name: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
REGION = "ap-southeast-1"
"""A region of the longest name that there is."""


class ForgetRole(Construct):
    """A role by a known name, for whoever in the account is allowed to assume it.

    MFA is not asked for here: a session of IAM Identity Center never says that it had it. Ask for
    it where `sts:AssumeRole` is allowed.
    """

    def __init__(self, part: StageStack, *, service: str | None = None, grants: Grants) -> None:
        """Take the stack, the service whose rows it is about (none: the log), and the grants."""
        super().__init__(part, "Forget")
        iam.Role(
            self,
            "Role",
            role_name=_name(part, service),
            assumed_by=iam.AccountRootPrincipal(),
            max_session_duration=SESSION,
            inline_policies={"forget": policy(grants)},
        )


def _name(part: StageStack, service: str | None) -> str:
    longest = names.forget_role(part.stage.name, REGION, service)
    if len(longest) > MOST:
        raise ImpossibleStage(
            f"Stage {part.stage.name}: a role would be called {longest}, and IAM allows {MOST}"
            f" letters. Shorten the name of {service} by {len(longest) - MOST}."
        )
    return names.forget_role(part.stage.name, part.region, service)
