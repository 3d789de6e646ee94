"""The API says of every request that it came and what became of it, and not whose it was."""

import json

import pytest

from functions.map import API
from tests.support.assembly import Assembly

STACK = f"fanfare-dev-{API.name}"
HARMLESS = {
    "$context.awsEndpointRequestId",
    "$context.error.responseType",
    "$context.integrationLatency",
    "$context.integrationStatus",
    "$context.protocol",
    "$context.requestId",
    "$context.requestTimeEpoch",
    "$context.responseLatency",
    "$context.responseLength",
    "$context.routeKey",
    "$context.status",
}
"""Variables that hold nothing of what a caller sent: no address, path, query, header or claim.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""


@pytest.fixture
def fields(dev: Assembly) -> dict[str, str]:
    said: dict[str, str] = json.loads(
        dev.only("AWS::ApiGatewayV2::Stage", STACK)["AccessLogSettings"]["Format"]
    )
    return said


def test_a_line_is_json_and_holds_nothing_that_a_caller_sent(fields: dict[str, str]) -> None:
    assert set(fields.values()) <= HARMLESS


def test_a_line_tells_the_route_how_it_was_answered_and_what_to_look_for_in_other_logs(
    fields: dict[str, str],
) -> None:
    assert fields["route"] == "$context.routeKey"
    assert fields["status"] == "$context.status"
    assert fields["request"] == "$context.awsEndpointRequestId"


def test_it_goes_to_a_group_that_services_of_aws_may_write_to_and_a_new_stack_makes_anew(
    dev: Assembly,
) -> None:
    (name,) = (
        group.properties["LogGroupName"]
        for group in dev.resources("AWS::Logs::LogGroup", STACK)
        if "LogGroupName" in group.properties
    )
    written = json.dumps(dev.stacks[STACK])

    prefix, _, own = name.rpartition("/")
    assert prefix == f"/aws/vendedlogs/{STACK}"
    assert own.count("-") == 4
    assert "AWS::StackId" in written
