"""Findings of scanners that stay: each at its construct, for a reason, and nowhere else."""

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from constructs import IConstruct

LINT = "cfn-lint"
"""Where in a resource's metadata cfn-lint looks for what it is not to say."""


def acknowledge(construct: IConstruct, *rules: str, reason: str) -> None:
    """Let a construct be as it is, whatever these rules say of it.

    Rules of cdk-nag begin with their pack (`AwsSolutions-SQS3`). Those of cfn-lint (`ES6000`) are
    about the construct's own resource.
    """
    for rule in rules:
        pack, dash, _ = rule.partition("-")
        known = Acknowledgment(id=f"{pack if dash else LINT}::{rule}", reason=reason)
        Validations.of(construct).acknowledge(known)
        if not dash:
            _tell_lint(construct, rule)


def _tell_lint(construct: IConstruct, rule: str) -> None:
    resource = construct.node.default_child or construct
    if not isinstance(resource, CfnResource):
        raise TypeError(f"{construct.node.path} has no resource of its own")
    told = resource.get_metadata(LINT)
    rules = {*told["config"]["ignore_checks"], rule} if told else {rule}
    resource.add_metadata(LINT, {"config": {"ignore_checks": sorted(rules)}})


def wildcard(construct: IConstruct, arn: str) -> str:
    """Return the rule that finds a wildcard in the ARN of a grant, as cdk-nag names it."""
    resolved = Stack.of(construct).resolve(arn)
    parts = resolved["Fn::Join"][1] if isinstance(resolved, dict) else [resolved]
    written = "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in parts)
    return f"AwsSolutions-IAM5[Resource::{written}]"
