"""Acknowledge findings of cdk-nag and cfn-lint, each at its construct and with its reason."""

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from constructs import IConstruct

LINT = "cfn-lint"
"""The key in a resource's metadata under which cfn-lint finds the checks to ignore."""


def acknowledge(construct: IConstruct, *rules: str, reason: str) -> None:
    """Acknowledge these rules at a construct, so that scanners report no findings of them there.

    Rules of cdk-nag begin with their pack (`AwsSolutions-SQS3`). Rules of cfn-lint (`ES6000`) apply
    to the construct's own resource.
    """
    for rule in rules:
        pack, dash, _ = rule.partition("-")
        known = Acknowledgment(id=f"{pack if dash else LINT}::{rule}", reason=reason)
        Validations.of(construct).acknowledge(known)
        if not dash:
            _ignore_check(construct, rule)


def _ignore_check(construct: IConstruct, rule: str) -> None:
    resource = construct.node.default_child or construct
    if not isinstance(resource, CfnResource):
        raise TypeError(f"{construct.node.path} has no resource of its own")
    present = resource.get_metadata(LINT)
    rules = {*present["config"]["ignore_checks"], rule} if present else {rule}
    resource.add_metadata(LINT, {"config": {"ignore_checks": sorted(rules)}})


def wildcard(construct: IConstruct, arn: str) -> str:
    """Return cdk-nag's name of the rule for the wildcard in a grant's ARN."""
    resolved = Stack.of(construct).resolve(arn)
    parts = resolved["Fn::Join"][1] if isinstance(resolved, dict) else [resolved]
    written = "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in parts)
    return f"AwsSolutions-IAM5[Resource::{written}]"
