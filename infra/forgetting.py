"""Role for operators to erase personal data; it allows nothing else."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions import names
from infra.grants import Grants, policy
from infra.stage import InvalidStage
from infra.stage_stack import StageStack

SESSION = Duration.hours(1)
MAX_NAME = 64
"""Letters of a role's name: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
REGION = "ap-southeast-1"
"""A region with the longest name."""


class ForgetRole(Construct):
    """A role with a fixed name, for principals of the account that may assume it.

    `service` is the one whose rows it erases; without one, it erases in the log. The role does not
    require MFA: sessions of IAM Identity Center do not carry that attribute. Require MFA where
    `sts:AssumeRole` is allowed.
    """

    def __init__(self, stack: StageStack, *, service: str | None = None, grants: Grants) -> None:
        super().__init__(stack, "Forget")
        iam.Role(
            self,
            "Role",
            role_name=_name(stack, service),
            assumed_by=iam.AccountRootPrincipal(),
            max_session_duration=SESSION,
            inline_policies={"forget": policy(grants)},
        )


def _name(stack: StageStack, service: str | None) -> str:
    longest = names.forget_role(stack.stage.name, REGION, service)
    if len(longest) > MAX_NAME:
        raise InvalidStage(
            f"Stage {stack.stage.name}: the role name {longest} is too long, IAM allows {MAX_NAME}"
            f" letters. Shorten the name of {service} by {len(longest) - MAX_NAME}."
        )
    return names.forget_role(stack.stage.name, stack.region, service)
