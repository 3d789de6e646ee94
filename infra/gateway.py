"""A service's HTTP API: its routes to one function, throttles, token checks and alarm."""

from aws_cdk import CfnOutput
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_

from functions import names
from functions.framework.api import Api
from functions.framework.routes import Route
from functions.framework.service import Consumer
from functions.runtime import settings
from infra.access import AccessLog
from infra.acknowledge import acknowledge
from infra.alarm import PERIOD, Alarm
from infra.cors import preflight
from infra.stage import Stage
from infra.stage_stack import StageStack

FAILURES = 3
"""Server errors in one period before the alarm goes off; a single one may be transient."""


def issuer_environment(stage: Stage) -> dict[str, str]:
    """Return the environment of a function that answers requests: the stage's issuer, if any."""
    return {settings.ISSUER: stage.issuer} if stage.issuer else {}


def add_gateway(stack: StageStack, *, service: Api | Consumer, function: lambda_.Function) -> None:
    """Add the declared routes only, open to pages of the stage's origins, and outputs with the URL.

    Its constructs are children of the stack itself: their ids name resources that exist.
    """
    gateway = _gateway(stack, service, function)
    # A consumer's alarm of the name `failing` is that of its queue.
    failing = "failing" if isinstance(service, Api) else "requests-failing"
    Alarm(
        stack,
        "Failing",
        stage=stack.stage,
        alarm_name=names.prefixed(stack.stage.name, f"{service.name}-{failing}"),
        description=f"{service.name} has failed {FAILURES} requests within five minutes. Its log"
        " says why.",
        metric=gateway.metric_server_error(period=PERIOD, statistic="Sum"),
        threshold=FAILURES,
    )
    CfnOutput(stack, "ApiUrl", value=gateway.api_endpoint)
    CfnOutput(stack, "ApiId", value=gateway.api_id)


def _gateway(
    stack: StageStack, service: Api | Consumer, function: lambda_.Function
) -> http.HttpApi:
    gateway = http.HttpApi(
        stack,
        "Http",
        api_name=names.prefixed(stack.stage.name, service.name),
        create_default_stage=False,
        cors_preflight=preflight(service.routes, stack.stage.origins),
    )
    integration = integrations.HttpLambdaIntegration(
        "Integration", function, scope_permission_to_route=False
    )
    tokens = _authorizer(stack.stage)
    routes: list[http.HttpRoute] = []
    for route in service.routes:
        authorizer = None if route.public else tokens
        added = gateway.add_routes(
            path=route.path,
            methods=[http.HttpMethod[key.split()[0]] for key in route.keys],
            integration=integration,
            authorizer=authorizer,
        )
        if authorizer is None:
            _acknowledge_open(*added)
        routes += added
    # The CDK's own HttpStage supports one throttle for all routes only.
    entry = http.CfnStage(
        stack,
        "Stage",
        api_id=gateway.api_id,
        stage_name="$default",
        auto_deploy=True,
        access_log_settings=AccessLog(stack, service=service.name).settings,
        # For a route without settings of its own.
        default_route_settings=http.CfnStage.RouteSettingsProperty(
            throttling_rate_limit=min(route.rate for route in service.routes),
            throttling_burst_limit=min(route.burst for route in service.routes),
        ),
        route_settings={key: _throttle(route) for route in service.routes for key in route.keys},
    )
    entry.node.add_dependency(*routes)
    return gateway


def _throttle(route: Route) -> dict[str, int]:
    return {"ThrottlingRateLimit": route.rate, "ThrottlingBurstLimit": route.burst}


def _authorizer(stage: Stage) -> authorizers.HttpJwtAuthorizer | None:
    """Return an authorizer for tokens of the stage's issuer, or None without an issuer.

    AWS reads the issuer's discovery document when it creates the authorizer, and fails without one:
    `python -m infra.issuer_check` reports that before a deployment.
    """
    if stage.issuer is None or stage.audience is None:
        return None
    return authorizers.HttpJwtAuthorizer(
        "Tokens",
        stage.issuer,
        jwt_audience=[stage.audience],
        identity_source=["$request.header.Authorization"],
    )


def _acknowledge_open(*routes: http.HttpRoute) -> None:
    for route in routes:
        acknowledge(
            route,
            "AwsSolutions-APIG4",
            reason="Its data is public, or the function itself requires the key that the order was"
            " placed with, or guests may read it on a stage without an issuer.",
        )
