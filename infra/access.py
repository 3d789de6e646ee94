"""The API's access log: that a request came, on which route, and what became of it; not whose."""

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
"""What a line says, by API Gateway's variables; its `request` is that of the function's own line.

None is an address, a path or a header, nor what an authorizer or an error quotes of them.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""


class AccessLog(Construct):
    """A log group for the requests to an API; `settings` is what its stage gets.

    AWS lets its services write to groups under `/aws/vendedlogs/` by one rule for all of them; for
    any other name it adds to a policy of the account, which is soon full. With the stack's own id
    in it, the name is free again once a stack is made anew, whatever was kept.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """

    def __init__(self, part: StageStack, *, service: str) -> None:
        """Take the stack and the API's service."""
        super().__init__(part, "AccessLog")
        name = names.prefixed(part.stage.name, service)
        group = logs.LogGroup(
            self,
            "Group",
            log_group_name=f"/aws/vendedlogs/{name}/{Fn.select(2, Fn.split('/', Aws.STACK_ID))}",
            retention=part.stage.log_retention,
            removal_policy=part.stage.removal,
        )
        self.settings = http.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn,
            format=json.dumps({name: f"$context.{said}" for name, said in FIELDS.items()}),
        )
