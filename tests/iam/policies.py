"""Roles in a stage's templates, and the grants of their policies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product, starmap
from typing import Any

from functions.runtime.settings import SERVICE
from tests.iam.permissions import Permission, Unsupported
from tests.support.template import ACCOUNT, Templates


@dataclass(frozen=True)
class Grant:
    """One action on one resource, both possibly patterns, under a `condition`."""

    action: str
    resource: str
    condition: tuple[tuple[str, str], ...] = ()

    def covers(self, need: Permission) -> bool:
        return (
            fnmatchcase(need.action.lower(), self.action.lower())
            and self.concerns(need.resource)
            and all(need.context.get(key) == value for key, value in self.condition)
        )

    def concerns(self, resource: str) -> bool:
        """Return whether its resource pattern matches an ARN, under any condition.

        IAM compares the first five parts separately, so only a wildcard in the sixth spans a colon.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
        """
        if self.resource == "*":
            return True
        parts = zip(resource.split(":", 5), self.resource.split(":", 5), strict=False)
        return self.resource.count(":") >= 5 and all(starmap(fnmatchcase, parts))


@dataclass(frozen=True)
class Role:
    """A role: its trust statements and its grants."""

    trusts: Sequence[Mapping[str, Any]]
    grants: frozenset[Grant]


def roles(templates: Templates) -> dict[str, Role]:
    """Return all roles of a stage, by the name of their function's service or their own name."""
    for kind in ("Policy", "ManagedPolicy", "RolePolicy", "UserPolicy", "GroupPolicy"):
        if list(templates.resources(f"AWS::IAM::{kind}")):
            raise Unsupported(f"AWS::IAM::{kind}: permissions belong inline into their role")
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
            raise Unsupported(f"{name} has neither a function nor a name")
        if "ManagedPolicyArns" in properties or "PermissionsBoundary" in properties:
            raise Unsupported(f"{name} has permissions that are not in its template")
        found[of] = Role(
            properties["AssumeRolePolicyDocument"]["Statement"],
            frozenset(_grants(properties.get("Policies", ()))),
        )
    return found


def missing(
    required: Iterable[tuple[str, Permission]], roles: Mapping[str, Role]
) -> list[tuple[str, Permission]]:
    return [
        (role, permission)
        for role, permission in required
        if not any(grant.covers(permission) for grant in roles[role].grants)
    ]


def _grants(policies: Sequence[Mapping[str, Any]]) -> Iterator[Grant]:
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.keys() - {"Action", "Effect", "Resource", "Condition"}:
                raise Unsupported(f"{sorted(statement)}")
            if statement["Effect"] != "Allow":
                raise Unsupported(f"{statement['Effect']} is not supported")
            condition = statement.get("Condition", {})
            if condition.keys() - {"StringEquals"}:
                raise Unsupported(f"{sorted(condition)} is not supported")
            keys = tuple(sorted(condition.get("StringEquals", {}).items()))
            actions, resources = _all(statement["Action"]), _all(statement["Resource"])
            yield from (Grant(*each, keys) for each in product(actions, resources))


def _all(one_or_more: str | Sequence[str]) -> Sequence[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more
