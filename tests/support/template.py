"""Reads synthesized templates as CloudFormation would: resources by type, values resolved."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
REGION = os.environ["AWS_DEFAULT_REGION"]
STACK = "2f8a1c90-c9d6-11f0-8a33-0a6f5c3d7e11"
"""What makes a stack's id its own."""


_TABLE = "arn:aws:dynamodb:{place}:table/{name}"

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
    ("AWS::DynamoDB::Table", "Arn"): _TABLE,
    ("AWS::DynamoDB::Table", "StreamArn"): f"{_TABLE}/stream/LATEST",
    ("AWS::IAM::Role", "Arn"): "arn:aws:iam::{account}:role/{name}",
    ("AWS::Lambda::Function", "Ref"): "{name}",
    ("AWS::Lambda::Function", "Arn"): "arn:aws:lambda:{place}:function:{name}",
    ("AWS::Logs::LogGroup", "Ref"): "{name}",
    ("AWS::Logs::LogGroup", "Arn"): "arn:aws:logs:{place}:log-group:{name}:*",
    ("AWS::SNS::Topic", "Ref"): "arn:aws:sns:{place}:{name}",
    ("AWS::SNS::Topic", "TopicArn"): "arn:aws:sns:{place}:{name}",
    ("AWS::SQS::Queue", "Ref"): "https://sqs.{region}.amazonaws.com/{account}/{name}",
    ("AWS::SQS::Queue", "Arn"): "arn:aws:sqs:{place}:{name}",
    ("AWS::SQS::Queue", "QueueName"): "{name}",
}
"""What `Ref`, or an attribute, of a resource is once it is deployed."""


def table_arn(name: str) -> str:
    """Return the ARN of a table."""
    return _TABLE.format(place=f"{REGION}:{ACCOUNT}", name=name)


@dataclass(frozen=True)
class Resource:
    """One resource of a template, its properties resolved."""

    stack: str
    logical_id: str
    properties: Mapping[str, Any]


class Templates:
    """The templates of all stacks, by stack name, as they are at a place."""

    def __init__(
        self,
        templates: Mapping[str, Mapping[str, Any]],
        account: str = ACCOUNT,
        region: str = REGION,
    ) -> None:
        self._templates = templates
        self._account = account
        self._region = region
        self._pseudo = {
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": "aws",
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{account}:stack/some/{STACK}",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": None,
        }

    def resources(self, kind: str) -> Iterator[Resource]:
        """Yield the resources of a type, such as `AWS::SQS::Queue`, from all stacks."""
        for stack, template in self._templates.items():
            for logical_id, resource in template["Resources"].items():
                if resource["Type"] == kind:
                    properties = self._resolve(resource.get("Properties", {}), stack)
                    yield Resource(stack, logical_id, properties)

    def _resolve(self, value: Any, stack: str) -> Any:
        match value:
            case {"Ref": name} if name in self._pseudo:
                return self._pseudo[name]
            case {"Ref": name} if name in self._templates[stack]["Resources"]:
                return self._identity(name, "Ref", stack)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._identity(name, attribute, stack)
            case {"Fn::Sub": str(text)}:
                for name, known in self._pseudo.items():
                    text = text.replace(f"${{{name}}}", known or "")
                return text
            case dict():
                return _computed({key: self._resolve(item, stack) for key, item in value.items()})
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
        name = properties.get(_NAMES.get(kind), f"{stack}-{logical_id}")
        return _IDENTITIES.get((kind, attribute), f"<{kind}.{attribute}>").format(
            name=self._resolve(name, stack),
            place=f"{self._region}:{self._account}",
            region=self._region,
            account=self._account,
        )


def _computed(value: Mapping[str, Any]) -> Any:
    """Return what a function of resolved values gives, or the value if it is none."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return separator.join(parts)
        case {"Fn::Select": [index, parts]}:
            return parts[int(index)]
        case {"Fn::Split": [separator, text]}:
            return text.split(separator)
        case _:
            return value
