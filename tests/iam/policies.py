"""The roles of a stage as its templates make them, and what their policies allow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from functions.runtime.settings import SERVICE
from tests.iam.needs import Need
from tests.support.template import ACCOUNT, Templates


class UnreadablePolicy(AssertionError):
    """A policy says something that is not understood here, and might allow more than is seen."""


@dataclass(frozen=True)
class Grant:
    """One action on one resource, either of which may be a pattern, on `condition`."""

    action: str
    resource: str
    condition: tuple[tuple[str, str], ...] = ()

    def covers(self, need: Need) -> bool:
        """Tell whether it allows what is needed."""
        return (
            fnmatchcase(need.action.lower(), self.action.lower())
            and _matches(need.resource, self.resource)
            and all(need.said.get(key) == value for key, value in self.condition)
        )

    def concerns(self, resource: str) -> bool:
        """Tell whether it is about a resource, whatever the condition."""
        return _matches(resource, self.resource)

    @property
    def wild(self) -> bool:
        """Whether it is about more than what it names."""
        return any(mark in self.action + self.resource for mark in "*?")


def _matches(resource: str, pattern: str) -> bool:
    """Tell whether an ARN is one of a pattern, whose wildcards reach over no colon but the last.

    IAM compares the first five parts each by itself.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == "*":
        return True
    parts = zip(resource.split(":", 5), pattern.split(":", 5), strict=False)
    return pattern.count(":") >= 5 and all(fnmatchcase(part, wanted) for part, wanted in parts)


@dataclass(frozen=True)
class Role:
    """A role: whose it is (a service's name, or its own), who may take it on, what it may do."""

    of: str
    trusts: Sequence[Mapping[str, Any]]
    grants: frozenset[Grant]


def roles(templates: Templates) -> dict[str, Role]:
    """Return all roles of a stage, by whose they are: a function's service, or their own name.

    Raises:
        UnreadablePolicy: rights come by another way than a role's own policies, or a role is
            nobody's.
    """
    for kind in ("Policy", "ManagedPolicy", "RolePolicy", "UserPolicy", "GroupPolicy"):
        if list(templates.resources(f"AWS::IAM::{kind}")):
            raise UnreadablePolicy(f"AWS::IAM::{kind}: rights belong into their role")
    functions = {
        function.properties["Role"]: function.properties["Environment"]["Variables"][SERVICE]
        for function in templates.resources("AWS::Lambda::Function")
    }
    found = {}
    for resource in templates.resources("AWS::IAM::Role"):
        properties = resource.properties
        name = properties.get("RoleName", f"{resource.stack}-{resource.logical_id}")
        of = functions.get(f"arn:aws:iam::{ACCOUNT}:role/{name}") or properties.get("RoleName")
        if of is None:
            raise UnreadablePolicy(f"{name} is no function's, and has no name to be known by")
        if "ManagedPolicyArns" in properties or "PermissionsBoundary" in properties:
            raise UnreadablePolicy(f"{name} has rights that are not in its template")
        found[of] = Role(
            of,
            properties["AssumeRolePolicyDocument"]["Statement"],
            frozenset(_grants(properties.get("Policies", ()))),
        )
    return found


def _grants(policies: Sequence[Mapping[str, Any]]) -> Iterator[Grant]:
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.keys() - {"Action", "Effect", "Resource", "Condition"}:
                raise UnreadablePolicy(f"{sorted(statement)}")
            if statement["Effect"] != "Allow":
                raise UnreadablePolicy(f"{statement['Effect']} is more than these rules know")
            condition = _condition(statement.get("Condition", {}))
            for action in _all(statement["Action"]):
                for resource in _all(statement["Resource"]):
                    yield Grant(action, resource, condition)


def _condition(condition: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    if condition.keys() - {"StringEquals"}:
        raise UnreadablePolicy(f"{sorted(condition)} is more than these rules know")
    return tuple(sorted(condition.get("StringEquals", {}).items()))


def _all(one_or_more: str | Sequence[str]) -> Sequence[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more
