"""Permissions to invoke a function: only for the rules and the API of its stack that invoke it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from tests.iam.conftest import STAGES
from tests.support.assembly import once, synthesize
from tests.support.summary import Figure

type Template = Mapping[str, Any]
type Caller = tuple[str, str, str]
"""A principal, the logical id of the function, and that of the calling resource."""


def of_type(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield logical_id, resource.get("Properties", {})


def callers(template: Template) -> set[Caller]:
    """Return the callers of the stack's functions: rules, and APIs by their integrations."""
    functions = {name for name, _ in of_type(template, "AWS::Lambda::Function")}
    rules = {
        ("events.amazonaws.com", target["Arn"]["Fn::GetAtt"][0], rule)
        for rule, properties in of_type(template, "AWS::Events::Rule")
        for target in properties["Targets"]
        if target["Arn"]["Fn::GetAtt"][0] in functions
    }
    return rules | {
        (
            "apigateway.amazonaws.com",
            integration["IntegrationUri"]["Fn::GetAtt"][0],
            integration["ApiId"]["Ref"],
        )
        for _, integration in of_type(template, "AWS::ApiGatewayV2::Integration")
    }


def allowed(template: Template) -> set[Caller]:
    return {
        (
            properties["Principal"],
            properties["FunctionName"]["Fn::GetAtt"][0],
            source(properties["SourceArn"]),
        )
        for _, properties in of_type(template, "AWS::Lambda::Permission")
    }


def source(arn: Any) -> str:
    """Return the rule or the API that an ARN is of; an API's ARN covers all its routes."""
    match arn:
        case {"Fn::GetAtt": [rule, "Arn"]}:
            return str(rule)
        case {"Fn::Join": ["", [*_, str(place), {"Ref": api}, "/*/*/*"]]} if place.endswith(":"):
            return str(api)
    raise AssertionError(f"{arn} is more than one rule or one API")


@pytest.mark.parametrize("name", STAGES)
def test_exactly_the_callers_of_a_function_may_invoke_it(
    name: str, tmp_path_factory: pytest.TempPathFactory, figure: Figure
) -> None:
    assembly = once(tmp_path_factory, name, partial(synthesize, stage=STAGES[name]))
    found = {stack: allowed(template) for stack, template in assembly.stacks.items()}

    figure(f"{name}: permissions to invoke a function", sum(map(len, found.values())))
    assert found == {stack: callers(template) for stack, template in assembly.stacks.items()}
    assert any(found.values())
    for permission in assembly.raw("AWS::Lambda::Permission"):
        assert permission["Properties"]["Action"] == "lambda:InvokeFunction"
