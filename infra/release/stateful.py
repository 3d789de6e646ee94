"""Stateful resources in a stage's templates, and their properties that must not change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import cfnlint.data.AdditionalSpecs
from cfnlint.helpers import load_resource
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

REGION = "us-east-1"
"""The region of the schemas; the facts that are read from them hold in every region."""

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")

SAFEGUARDS = (
    "DeletionProtectionEnabled",
    "MessageRetentionPeriod",
    "PointInTimeRecoverySpecification",
    "RetentionInDays",
)
"""Properties that protect a resource's data, or keep it longer."""

ALSO_STATEFUL = (
    "AWS::ApiGatewayV2::Api",  # its id is in the URL that customers have
    "AWS::SNS::Subscription",  # its replacement has the same ARN, and is deleted as the old one
    "AWS::SNS::Topic",  # its subscriptions and the messages in flight are lost with it
)
"""Stateful types that cfn-lint does not list."""

ALSO_FIXED: Mapping[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": ("LocalSecondaryIndexes", "StreamSpecification"),
}
"""Fixed properties that the schemas do not list: a local index can only be created with its table,
and a changed stream is a new one, without the records that were not yet read.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""


@dataclass(frozen=True)
class StatefulResource:
    """One resource with state.

    `fixed` are the properties whose change replaces the resource; `safety` are its policies and
    safeguards.
    """

    type: str
    fixed: Mapping[str, Any]
    safety: Mapping[str, Any]

    @property
    def name(self) -> str | None:
        """The resource's name in the account, if its template sets one."""
        named = (value for key, value in self.fixed.items() if key.endswith("Name"))
        return next(named, None)


type Resources = Mapping[str, StatefulResource]
"""Stateful resources by `<stack>/<logical id>`."""


def stateful_resources(templates: Mapping[str, Any]) -> Resources:
    """Return the stateful resources of templates, which are given by the names of their stacks."""
    return {
        f"{stack}/{logical_id}": _stateful(resource)
        for stack, template in sorted(templates.items())
        for logical_id, resource in sorted(template["Resources"].items())
        if resource["Type"] in stateful_types()
    }


def _stateful(resource: Mapping[str, Any]) -> StatefulResource:
    kind, properties = resource["Type"], resource.get("Properties", {})
    fixed = {name: properties[name] for name in fixed_properties(kind) if name in properties}
    if "KeySchema" in fixed:
        fixed["AttributeDefinitions"] = list(_key_definitions(properties))
    return StatefulResource(
        type=kind,
        fixed=fixed,
        safety={name: resource[name] for name in POLICIES if name in resource}
        | {name: properties[name] for name in SAFEGUARDS if name in properties},
    )


def _key_definitions(table: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the definitions of a table's keys; those of its indexes may change.

    A change of a key's definition replaces the table, which the schema does not state.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
    """
    keys = {key["AttributeName"] for key in table["KeySchema"]}
    for definition in table["AttributeDefinitions"]:
        if definition["AttributeName"] in keys:
            yield definition


@cache
def stateful_types() -> frozenset[str]:
    """Return the types of resources that hold data, or whose identity others depend on."""
    known = load_resource(cfnlint.data.AdditionalSpecs, "StatefulResources.json")
    return frozenset({*known["ResourceTypes"], *ALSO_STATEFUL})


@cache
def fixed_properties(kind: str) -> tuple[str, ...]:
    """Return the properties of a type whose change replaces the resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    paths = schema.get("createOnlyProperties", []) + schema.get(
        "conditionalCreateOnlyProperties", []
    )
    tops = {path.removeprefix("/properties/").partition("/")[0] for path in paths}
    return tuple(sorted(tops | set(ALSO_FIXED.get(kind, ()))))
