"""Reads synthesized templates as CloudFormation would: resources by type, values resolved."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
REGION = os.environ["AWS_DEFAULT_REGION"]

_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
}

_PLACE = f"{REGION}:{ACCOUNT}"
_TABLE = f"arn:aws:dynamodb:{_PLACE}:table/{{name}}"

_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
"""The property that names a resource."""

_IDENTITIES = {
    ("AWS::DynamoDB::Table", "Ref"): "{name}",
    ("AWS::DynamoDB::Table", "Arn"): f"arn:aws:dynamodb:{_PLACE}:table/{{name}}",
    (
        "AWS::DynamoDB::Table",
        "StreamArn",
    ): f"arn:aws:dynamodb:{_PLACE}:table/{{name}}/stream/LATEST",
    ("AWS::IAM::Role", "Arn"): f"arn:aws:iam::{ACCOUNT}:role/{{name}}",
    ("AWS::Lambda::Function", "Ref"): "{name}",
    ("AWS::Lambda::Function", "Arn"): f"arn:aws:lambda:{_PLACE}:function:{{name}}",
    ("AWS::Logs::LogGroup", "Ref"): "{name}",
    ("AWS::Logs::LogGroup", "Arn"): f"arn:aws:logs:{_PLACE}:log-group:{{name}}:*",
    ("AWS::SNS::Topic", "Ref"): f"arn:aws:sns:{_PLACE}:{{name}}",
    ("AWS::SNS::Topic", "TopicArn"): f"arn:aws:sns:{_PLACE}:{{name}}",
    ("AWS::SQS::Queue", "Ref"): f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{name}}",
    ("AWS::SQS::Queue", "Arn"): f"arn:aws:sqs:{_PLACE}:{{name}}",
}
"""What `Ref`, or an attribute, of a resource is once it is deployed."""


def table_arn(name: str) -> str:
    """Return the ARN of a table."""
    return _TABLE.format(name=name)


@dataclass(frozen=True)
class Resource:
    """One resource of a template, its properties resolved."""

    stack: str
    logical_id: str
    properties: Mapping[str, Any]


class Templates:
    """The templates of all stacks, by stack name."""

    def __init__(self, templates: Mapping[str, Mapping[str, Any]]) -> None:
        self._templates = templates

    def resources(self, kind: str) -> Iterator[Resource]:
        """Yield the resources of a type, such as `AWS::SQS::Queue`, from all stacks."""
        for stack, template in self._templates.items():
            for logical_id, resource in template["Resources"].items():
                if resource["Type"] == kind:
                    properties = self._resolve(resource.get("Properties", {}), stack)
                    yield Resource(stack, logical_id, properties)

    def _resolve(self, value: Any, stack: str) -> Any:
        match value:
            case {"Ref": name} if name in _PSEUDO:
                return _PSEUDO[name]
            case {"Ref": name} if name in self._templates[stack]["Resources"]:
                return self._identity(name, "Ref", stack)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._identity(name, attribute, stack)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self._resolve(part, stack) for part in parts)
            case {"Fn::Sub": str(text)}:
                for name, known in _PSEUDO.items():
                    text = text.replace(f"${{{name}}}", known or "")
                return text
            case dict():
                return {key: self._resolve(item, stack) for key, item in value.items()}
            case list():
                return [self._resolve(item, stack) for item in value]
            case _:
                return value

    def _identity(self, logical_id: str, attribute: str, stack: str) -> str:
        """Return what `Ref` or an attribute of a resource is once it is deployed.

        What has no name is given one of its stack and logical id, and some letters more.
        """
        resource = self._templates[stack]["Resources"][logical_id]
        kind, properties = resource["Type"], resource.get("Properties", {})
        identity = _IDENTITIES.get((kind, attribute), f"<{kind}.{attribute}>")
        name = properties.get(_NAMES.get(kind), f"{stack}-{logical_id}")
        return identity.format(name=self._resolve(name, stack))
