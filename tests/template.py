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
                    properties = self._resolve(resource.get("Properties", {}), template)
                    yield Resource(stack, logical_id, properties)

    def _resolve(self, value: Any, template: Mapping[str, Any]) -> Any:
        match value:
            case {"Ref": name} if name in _PSEUDO:
                return _PSEUDO[name]
            case {"Ref": name} if name in template["Resources"]:
                return self._identity(template["Resources"][name], "Ref", template)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._identity(template["Resources"][name], attribute, template)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self._resolve(part, template) for part in parts)
            case {"Fn::Sub": str(text)}:
                for name, known in _PSEUDO.items():
                    text = text.replace(f"${{{name}}}", known or "")
                return text
            case dict():
                return {key: self._resolve(item, template) for key, item in value.items()}
            case list():
                return [self._resolve(item, template) for item in value]
            case _:
                return value

    def _identity(
        self, resource: Mapping[str, Any], attribute: str, template: Mapping[str, Any]
    ) -> str:
        """Return what `Ref` or an attribute of a resource is once it is deployed."""
        properties = resource.get("Properties", {})

        def name(key: str) -> str:
            return str(self._resolve(properties.get(key, "unnamed"), template))

        match resource["Type"], attribute:
            case "AWS::SQS::Queue", "Ref":
                return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name('QueueName')}"
            case "AWS::SQS::Queue", "Arn":
                return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name('QueueName')}"
            case "AWS::SNS::Topic", "Ref" | "TopicArn":
                return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name('TopicName')}"
            case "AWS::DynamoDB::Table", "Ref":
                return name("TableName")
            case "AWS::DynamoDB::Table", "Arn":
                return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name('TableName')}"
            case "AWS::DynamoDB::Table", "StreamArn":
                return f"stream of {name('TableName')}"
            case "AWS::Lambda::Function", "Ref":
                return name("FunctionName")
            case "AWS::Lambda::Function", "Arn":
                return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name('FunctionName')}"
            case _:
                return f"<{resource['Type']}.{attribute}>"
