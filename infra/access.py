"""Access log of the API: the route and result of each request, without data of the caller."""

import json

from aws_cdk import Aws, Fn
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions import names
from infra.stage_stack import StageStack

FIELDS = {
    "request": "awsEndpointRequestId",
    "gatewayRequest": "requestId",
    "time": "requestTimeEpoch",
    "route": "routeKey",
    "protocol": "protocol",
    "status": "status",
    "refused": "error.responseType",
    "lambdaStatus": "integrationStatus",
    "millis": "responseLatency",
    "lambdaMillis": "integrationLatency",
    "bytes": "responseLength",
}
"""Fields of a line and API Gateway's variables for them.

`request` has the same value in the function's own log line. No field contains an IP address, a path
or a header, and none an authorizer's or an error's message, which may quote them.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""


class AccessLog(Construct):
    """A log group for the requests to an API; `settings` are the log settings of the API's stage.

    For groups under `/aws/vendedlogs/` AWS needs one resource policy in all. For each other name it
    adds to a resource policy of the account, which has a size limit. The name contains the stack's
    id, so a stack that is created again does not collide with a group that was retained.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """

    def __init__(self, stack: StageStack, *, service: str) -> None:
        super().__init__(stack, "AccessLog")
        name = names.prefixed(stack.stage.name, service)
        group = logs.LogGroup(
            self,
            "Group",
            log_group_name=f"/aws/vendedlogs/{name}/{Fn.select(2, Fn.split('/', Aws.STACK_ID))}",
            retention=stack.stage.log_retention,
            removal_policy=stack.stage.removal,
        )
        self.settings = http.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn,
            format=json.dumps({name: f"$context.{value}" for name, value in FIELDS.items()}),
        )
