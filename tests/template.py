"""Reads synthesized templates as CloudFormation would: resources by type, values resolved."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
REGION = os.environ["AWS_DEFAULT_REGION"]
STACK = "2f8a1c90-c9d6-11f0-8a33-0a6f5c3d7e11"
"""What makes a stack's id its own."""


_NAMED = {
    ("AWS::DynamoDB::Table", "Ref"): "TableName",
    ("AWS::Lambda::Function", "Ref"): "FunctionName",
    ("AWS::SQS::Queue", "QueueName"): "QueueName",
}
"""What of a resource is its name, and the property that gives it."""


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
                    properties = self._resolve(resource.get("Properties", {}), template)
                    yield Resource(stack, logical_id, properties)

    def _resolve(self, value: Any, template: Mapping[str, Any]) -> Any:
        match value:
            case {"Ref": name} if name in self._pseudo:
                return self._pseudo[name]
            case {"Ref": name} if name in template["Resources"]:
                return self._identity(template["Resources"][name], "Ref", template)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._identity(template["Resources"][name], attribute, template)
            case {"Fn::Sub": str(text)}:
                for name, known in self._pseudo.items():
                    text = text.replace(f"${{{name}}}", known or "")
                return text
            case dict():
                return _computed(
                    {key: self._resolve(item, template) for key, item in value.items()}
                )
            case list():
                return [self._resolve(item, template) for item in value]
            case _:
                return value

    def _identity(
        self, resource: Mapping[str, Any], attribute: str, template: Mapping[str, Any]
    ) -> str:
        """Return what `Ref` or an attribute of a resource is once it is deployed."""
        properties = resource.get("Properties", {})
        place = f"{self._region}:{self._account}"

        def name(key: str) -> str:
            return str(self._resolve(properties.get(key, "unnamed"), template))

        match resource["Type"], attribute:
            case asked if asked in _NAMED:
                return name(_NAMED[asked])
            case "AWS::SQS::Queue", "Ref":
                return (
                    f"https://sqs.{self._region}.amazonaws.com/{self._account}/{name('QueueName')}"
                )
            case "AWS::SQS::Queue", "Arn":
                return f"arn:aws:sqs:{place}:{name('QueueName')}"
            case "AWS::SNS::Topic", "Ref" | "TopicArn":
                return f"arn:aws:sns:{place}:{name('TopicName')}"
            case "AWS::DynamoDB::Table", "Arn":
                return f"arn:aws:dynamodb:{place}:table/{name('TableName')}"
            case "AWS::DynamoDB::Table", "StreamArn":
                return f"stream of {name('TableName')}"
            case "AWS::Lambda::Function", "Arn":
                return f"arn:aws:lambda:{place}:function:{name('FunctionName')}"
            case _:
                return f"<{resource['Type']}.{attribute}>"


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
