"""The API's stack: routes over HTTP to one function, a throttle on each, tokens if staged so."""

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
"""Requests that fail by our fault, after which somebody is woken: one may be a chance."""


class ApiStack(StageStack):
    """The way in: the row's routes and no other, for the web pages that the stage names."""

    def __init__(self, scope: Construct, *, stage: Stage, api: Api) -> None:
        """Take the app, the stage and the API's row."""
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
        # The CDK's own HttpStage knows one throttle for all routes.
        entry = http.CfnStage(
            self,
            "Stage",
            api_id=gateway.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=AccessLog(self, service=api.name).settings,
            # What a route gets that has none of its own.
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
        """Return what lets in those with a token of the stage's issuer, if it has one.

        AWS asks the issuer for its discovery document when it makes this, and refuses if there is
        none: `python -m infra.issuer_check` says so beforehand, and why.
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
            reason="What it tells is everybody's, or the function itself asks for the key that the"
            " order was placed with.",
        )
