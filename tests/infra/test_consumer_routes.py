"""The stack of a consumer that answers HTTP requests: an API of its own, and no further rights."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.map import API
from infra.stage import DEV
from testkit.builders import ISSUER
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import GUARDED, Assembly
from tests.support.example_loyalty import EXAMPLE, OF_A_CUSTOMER, OF_AN_ORDER
from tests.support.template import AUDIENCE

STACK = f"fanfare-dev-{EXAMPLE.name}"
TABLE = f"{STACK}-examplepoints"
silent = assembly_fixture("silent", DEV, [replace(EXAMPLE, routes=(), endpoints=None)])
verifying = assembly_fixture(
    "verifying", replace(GUARDED, origins=("https://a.example",)), [EXAMPLE]
)


def test_its_stack_has_the_same_kinds_of_resources_for_requests_as_the_apis(
    answering: Assembly,
) -> None:
    def kinds(stack: str) -> set[str]:
        return {
            each["Type"]
            for each in answering.stacks[stack]["Resources"].values()
            if "ApiGatewayV2" in each["Type"] or each["Type"] == "AWS::Lambda::Permission"
        }

    assert kinds(STACK) == kinds(f"fanfare-dev-{API.name}")
    assert set(answering.stacks[STACK]["Outputs"]) == {"ApiUrl", "ApiId"}


def test_its_api_has_the_declared_routes_with_their_throttles_only(answering: Assembly) -> None:
    routes = answering.resources("AWS::ApiGatewayV2::Route", STACK)
    entry = answering.only("AWS::ApiGatewayV2::Stage", STACK)

    throttles = {
        key: {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
        for declared, rate, burst in ((OF_AN_ORDER, 20, 40), (OF_A_CUSTOMER, 10, 30))
        for key in with_head(declared)
    }
    assert {route.properties["RouteKey"] for route in routes} == throttles.keys()
    assert entry["RouteSettings"] == throttles
    assert "AccessLogSettings" in entry


def test_only_its_own_api_may_invoke_its_function(answering: Assembly) -> None:
    permission = answering.only("AWS::Lambda::Permission", STACK)

    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert "<AWS::ApiGatewayV2::Api.Ref>" in permission["SourceArn"]


def test_its_role_may_do_what_its_tables_declare_and_nothing_with_the_log(
    answering: Assembly,
) -> None:
    granted = set(_granted(answering))

    assert {action for action, resource in granted if resource.endswith(f"/{TABLE}")} == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
    }
    assert "fanfare-dev-log" not in json.dumps(sorted(granted))


def test_routes_change_neither_the_role_nor_the_queue(
    answering: Assembly, silent: Assembly
) -> None:
    def others(assembly: Assembly) -> list[Any]:
        kinds = ("AWS::IAM::Role", "AWS::SQS::Queue", "AWS::SNS::Subscription",
                 "AWS::Lambda::EventSourceMapping", "AWS::DynamoDB::Table")  # fmt: skip
        resources = assembly.stacks[STACK]["Resources"].items()
        return [(name, each) for name, each in resources if each["Type"] in kinds]

    assert others(answering) == others(silent)
    assert {name: stack for name, stack in answering.stacks.items() if name != STACK} == {
        name: stack for name, stack in silent.stacks.items() if name != STACK
    }


def test_the_description_names_events_and_routes(answering: Assembly) -> None:
    assert answering.stacks[STACK]["Description"] == (
        "Fanfare dev: exampleloyalty hears OrderPlaced; it answers"
        " GET /examplepoints/{id}, GET /examplepoints"
    )


def test_with_an_issuer_its_api_verifies_tokens_itself(verifying: Assembly) -> None:
    authorizer = verifying.only("AWS::ApiGatewayV2::Authorizer", STACK)
    routes = {
        route.properties["RouteKey"]: route.properties["AuthorizationType"]
        for route in verifying.resources("AWS::ApiGatewayV2::Route", STACK)
    }
    environ = verifying.only("AWS::Lambda::Function", STACK)["Environment"]["Variables"]

    assert authorizer["JwtConfiguration"] == {"Issuer": ISSUER, "Audience": [AUDIENCE]}
    assert routes == {
        **dict.fromkeys(with_head(OF_AN_ORDER), "NONE"),
        **dict.fromkeys(with_head(OF_A_CUSTOMER), "JWT"),
    }
    assert environ["FANFARE_ISSUER"] == ISSUER


def test_pages_of_the_stages_origins_may_call_it(verifying: Assembly) -> None:
    cors = verifying.only("AWS::ApiGatewayV2::Api", STACK)["CorsConfiguration"]

    assert cors["AllowOrigins"] == ["https://a.example"]
    assert cors["AllowMethods"] == ["GET", "HEAD"]
    assert cors["AllowHeaders"] == ["Authorization"]


@pytest.mark.parametrize("name", ["answering", "silent"])
def test_without_an_issuer_or_routes_its_function_knows_no_issuer(
    name: str, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(name)
    environ = assembly.only("AWS::Lambda::Function", STACK)["Environment"]["Variables"]

    assert "FANFARE_ISSUER" not in environ


def with_head(key: str) -> tuple[str, str]:
    """Return the key of a GET route and that of HEAD."""
    return key, key.replace("GET", "HEAD")


def _granted(assembly: Assembly) -> Iterator[tuple[str, str]]:
    """Yield the actions and resources that the function's role may use."""
    function = assembly.only("AWS::Lambda::Function", STACK)
    (role,) = (
        role
        for role in assembly.resources("AWS::IAM::Role", STACK)
        if role.logical_id in function["Role"] or "RoleName" not in role.properties
    )
    for policy in role.properties["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in [actions] if isinstance(actions, str) else actions:
                for resource in [resources] if isinstance(resources, str) else resources:
                    yield action, str(resource)
