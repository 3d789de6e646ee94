"""The role under which an operator blanks a person's data, and does nothing else."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions import names
from infra.grants import Grants, policy
from infra.part import Part

SESSION = Duration.hours(1)


class ForgetRole(Construct):
    """A role by a known name, for whoever in the account is allowed to assume it.

    MFA is not asked for here: a session of IAM Identity Center never says that it had it. Ask for
    it where `sts:AssumeRole` is allowed.
    """

    def __init__(self, part: Part, *, service: str | None = None, grants: Grants) -> None:
        """Take the stack, the service whose rows it is about (none: the log), and the grants."""
        super().__init__(part, "Forget")
        iam.Role(
            self,
            "Role",
            role_name=names.forget_role(part.stage.name, service),
            assumed_by=iam.AccountRootPrincipal(),
            max_session_duration=SESSION,
            inline_policies={"forget": policy(grants)},
        )
