"""Reads synthesized templates as CloudFormation would: resources by type, values resolved."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
REGION = os.environ["AWS_DEFAULT_REGION"]
ON_CALL = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"
AUDIENCE = "fanfare-shop"
STACK = "2f8a1c90-c9d6-11f0-8a33-0a6f5c3d7e11"
"""The unique part of a stack's id."""

_TABLE = "arn:aws:dynamodb:{place}:table/{name}"

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
"""`Ref`, or an attribute, of a deployed resource; `<Type>Name` is the property with its name."""


def table_arn(name: str) -> str:
    return _TABLE.format(place=f"{REGION}:{ACCOUNT}", name=name)


@dataclass(frozen=True)
class Resource:
    """One resource of a template, its properties resolved."""

    stack: str
    logical_id: str
    properties: Mapping[str, Any]


class Templates:
    """The templates of all stacks, by stack name, as deployed to an account and a region."""

    def __init__(
        self,
        templates: Mapping[str, Mapping[str, Any]],
        account: str = ACCOUNT,
        region: str = REGION,
    ) -> None:
        self.stacks: dict[str, Any] = dict(templates)
        self.account = account
        self.region = region
        self._pseudo = {
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": "aws",
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{account}:stack/some/{STACK}",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": None,
        }

    def resources(self, kind: str, stack: str | None = None) -> list[Resource]:
        """Return the resources of a type, such as `AWS::SQS::Queue`, of one stack or of all."""
        return [
            Resource(name, logical_id, self._resolve(resource.get("Properties", {}), name))
            for name, template in self.stacks.items()
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind and stack in (None, name)
        ]

    def _resolve(self, value: Any, stack: str) -> Any:
        match value:
            case {"Ref": name} if name in self._pseudo:
                return self._pseudo[name]
            case {"Ref": name} if name in self.stacks[stack]["Resources"]:
                return self._identity(name, "Ref", stack)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._identity(name, attribute, stack)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{(AWS::\w+)\}", lambda found: self._pseudo[found[1]] or "", text)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self._resolve(parts, stack))
            case {"Fn::Select": [index, parts]}:
                return self._resolve(parts, stack)[int(index)]
            case {"Fn::Split": [separator, text]}:
                return self._resolve(text, stack).split(separator)
            case dict():
                return {key: self._resolve(item, stack) for key, item in value.items()}
            case list():
                return [self._resolve(item, stack) for item in value]
            case _:
                return value

    def _identity(self, logical_id: str, attribute: str, stack: str) -> str:
        """Return `Ref` or an attribute; an unnamed resource is named by stack and logical id."""
        resource = self.stacks[stack]["Resources"][logical_id]
        kind, properties = resource["Type"], resource.get("Properties", {})
        name = properties.get(f"{kind.rpartition(':')[2]}Name", f"{stack}-{logical_id}")
        return _IDENTITIES.get((kind, attribute), f"<{kind}.{attribute}>").format(
            name=self._resolve(name, stack),
            place=f"{self.region}:{self.account}",
            region=self.region,
            account=self.account,
        )
