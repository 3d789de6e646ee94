"""The API's stack: HTTP routes to one function, throttles, and token checks with an issuer."""

from aws_cdk import CfnOutput
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions import names
from functions.framework.service import Api
from functions.runtime import settings
from infra.access import AccessLog
from infra.acknowledge import acknowledge
from infra.alarm import PERIOD, Alarm
from infra.cors import preflight
from infra.function import ServiceFunction
from infra.grants import APPEND_TO_LOG, READ_LOG
from infra.stage import Stage
from infra.stage_stack import StageStack
from infra.tables import Tables

FAILURES = 3
"""Server errors in one period before the alarm goes off; a single one may be transient."""


class ApiStack(StageStack):
    """The stack of the API: the declared routes only, open to pages of the stage's origins."""

    def __init__(self, scope: Construct, *, stage: Stage, api: Api) -> None:
        description = f"{api.name} answers {', '.join(route.key for route in api.routes)}"
        super().__init__(scope, api.name, stage=stage, description=description)
        tables = Tables(self, service=api.name, tables=api.tables)
        function = ServiceFunction(
            self,
            service=api,
            environment={
                settings.LOG: names.log_table(stage.name),
                **({settings.ISSUER: stage.issuer} if stage.issuer else {}),
                **tables.environment,
            },
            grants={self.log_arn: [READ_LOG, APPEND_TO_LOG], **tables.grants},
        )
        gateway = self._gateway(api, function.resource)
        Alarm(
            self,
            "Failing",
            stage=stage,
            alarm_name=names.prefixed(stage.name, f"{api.name}-failing"),
            description=f"{api.name} has failed {FAILURES} requests within five minutes. Its log"
            " says why.",
            metric=gateway.metric_server_error(period=PERIOD, statistic="Sum"),
            threshold=FAILURES,
        )
        CfnOutput(self, "ApiUrl", value=gateway.api_endpoint)
        CfnOutput(self, "ApiId", value=gateway.api_id)

    def _gateway(self, api: Api, function: lambda_.Function) -> http.HttpApi:
        name = names.prefixed(self.stage.name, api.name)
        gateway = http.HttpApi(
            self,
            "Http",
            api_name=name,
            create_default_stage=False,
            cors_preflight=preflight(api.routes, self.stage.origins),
        )
        integration = integrations.HttpLambdaIntegration(
            "Integration", function, scope_permission_to_route=False
        )
        tokens = self._authorizer()
        routes: list[http.HttpRoute] = []
        for route in api.routes:
            authorizer = None if route.public else tokens
            added = gateway.add_routes(
                path=route.path,
                methods=[http.HttpMethod[route.method]],
                integration=integration,
                authorizer=authorizer,
            )
            if authorizer is None:
                _acknowledge_open(*added)
            routes += added
        # The CDK's own HttpStage supports one throttle for all routes only.
        entry = http.CfnStage(
            self,
            "Stage",
            api_id=gateway.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=AccessLog(self, service=api.name).settings,
            # For a route without settings of its own.
            default_route_settings=http.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=min(route.rate for route in api.routes),
                throttling_burst_limit=min(route.burst for route in api.routes),
            ),
            route_settings={
                route.key: {
                    "ThrottlingRateLimit": route.rate,
                    "ThrottlingBurstLimit": route.burst,
                }
                for route in api.routes
            },
        )
        entry.node.add_dependency(*routes)
        return gateway

    def _authorizer(self) -> authorizers.HttpJwtAuthorizer | None:
        """Return an authorizer for tokens of the stage's issuer, or None without an issuer.

        AWS reads the issuer's discovery document when it creates the authorizer, and fails without
        one: `python -m infra.issuer_check` reports that before a deployment.
        """
        if self.stage.issuer is None or self.stage.audience is None:
            return None
        return authorizers.HttpJwtAuthorizer(
            "Tokens",
            self.stage.issuer,
            jwt_audience=[self.stage.audience],
            identity_source=["$request.header.Authorization"],
        )


def _acknowledge_open(*routes: http.HttpRoute) -> None:
    for route in routes:
        acknowledge(
            route,
            "AwsSolutions-APIG4",
            reason="Its data is public, or the function itself requires the key that the order was"
            " placed with.",
        )
