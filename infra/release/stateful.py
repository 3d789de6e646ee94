"""What a stage's templates keep: resources with state, and what of them must not change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import cfnlint.data.AdditionalSpecs
from cfnlint.helpers import load_resource
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

REGION = "us-east-1"
"""Of whose schemas what is asked is true everywhere."""

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")

SAFEGUARDS = (
    "DeletionProtectionEnabled",
    "MessageRetentionPeriod",
    "PointInTimeRecoverySpecification",
    "RetentionInDays",
)
"""Properties that keep for longer, or more surely, what a resource holds."""

MISSED = (
    "AWS::ApiGatewayV2::Api",  # its id is in the address that customers have
    "AWS::SNS::Subscription",  # subscribed anew it is the same one, which then is taken for the old
    "AWS::SNS::Topic",  # with it go its subscriptions, and what is on its way
)
"""Types whose loss is one, too, beside those that cfn-lint knows to have state."""

FIXED: Mapping[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": ("LocalSecondaryIndexes", "StreamSpecification"),
}
"""What the types' schemas do not say to be fixed: an index of this kind is made with its table, and
a stream that is changed is another, without what was not yet read.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""


@dataclass(frozen=True)
class Kept:
    """One resource with state: its type, what it is by, and what it is kept by.

    A change of one of the properties `fixed` replaces it; `safety` are policies and safeguards.
    """

    type: str
    fixed: Mapping[str, Any]
    safety: Mapping[str, Any]

    @property
    def name(self) -> str | None:
        """What it is called in an account, if its template says so."""
        named = (value for key, value in self.fixed.items() if key.endswith("Name"))
        return next(named, None)


type Keeps = Mapping[str, Kept]
"""Resources by `<stack>/<logical id>`."""


def kept(templates: Mapping[str, Any]) -> Keeps:
    """Return what templates keep, given by the names of their stacks."""
    return {
        f"{stack}/{logical_id}": _kept(resource)
        for stack, template in sorted(templates.items())
        for logical_id, resource in sorted(template["Resources"].items())
        if resource["Type"] in stateful()
    }


def _kept(resource: Mapping[str, Any]) -> Kept:
    properties = resource.get("Properties", {})
    fixed = {name: properties[name] for name in fixed_of(resource["Type"]) if name in properties}
    if "KeySchema" in fixed:
        fixed["AttributeDefinitions"] = list(_of_keys(properties))
    return Kept(
        type=resource["Type"],
        fixed=fixed,
        safety={name: resource[name] for name in POLICIES if name in resource}
        | {name: properties[name] for name in SAFEGUARDS if name in properties},
    )


def _of_keys(table: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the definitions of a table's keys; those of its indexes may come and go.

    To edit one replaces the table, which its schema does not say.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
    """
    keys = {key["AttributeName"] for key in table["KeySchema"]}
    for definition in table["AttributeDefinitions"]:
        if definition["AttributeName"] in keys:
            yield definition


@cache
def stateful() -> frozenset[str]:
    """Return the types of resources that hold something, or that others know by their identity."""
    known = load_resource(cfnlint.data.AdditionalSpecs, "StatefulResources.json")
    return frozenset({*known["ResourceTypes"], *MISSED})


@cache
def fixed_of(kind: str) -> tuple[str, ...]:
    """Return the properties of a type of which a change means that the resource is replaced."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    paths = schema.get("createOnlyProperties", []) + schema.get(
        "conditionalCreateOnlyProperties", []
    )
    tops = {path.removeprefix("/properties/").partition("/")[0] for path in paths}
    return tuple(sorted(tops | set(FIXED.get(kind, ()))))
