"""The API's access log: the route and result of every request, without data of the caller."""

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
"""Variables without data of the caller: no IP address, path, query, header or claim.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""


@pytest.fixture
def fields(dev: Assembly) -> dict[str, str]:
    line: dict[str, str] = json.loads(
        dev.only("AWS::ApiGatewayV2::Stage", STACK)["AccessLogSettings"]["Format"]
    )
    return line


def test_a_line_is_json_without_data_of_the_caller(fields: dict[str, str]) -> None:
    assert set(fields.values()) <= HARMLESS


def test_a_line_has_the_route_the_status_and_the_request_id_of_other_logs(
    fields: dict[str, str],
) -> None:
    assert fields["route"] == "$context.routeKey"
    assert fields["status"] == "$context.status"
    assert fields["request"] == "$context.awsEndpointRequestId"


def test_the_log_group_is_writable_for_aws_services_and_named_after_the_stacks_id(
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
