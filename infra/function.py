"""A service's Lambda function: its code, its log group, and a role with its grants only."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions import names
from functions.framework.service import Service
from functions.runtime.settings import PACKAGE, SERVICE
from infra.acknowledge import acknowledge, wildcard
from infra.alarm import Alarm
from infra.grants import WRITE_LOGS, ConditionalGrant, Grants, policy
from infra.packaging.code import code_of
from infra.packaging.layer import Layer
from infra.stage_stack import StageStack

HANDLER = "functions.runtime.entry.handler"

ATTEMPTS = 3
"""Attempts of Lambda at a scheduled invocation; fewer errors in an hour raise no alarm."""


class ServiceFunction(Construct):
    """The function of one service, as `resource`.

    `environment` comes in addition to the service's name; `libraries` are requirements beyond those
    that all functions have.
    """

    def __init__(
        self,
        stack: StageStack,
        *,
        service: Service,
        environment: Mapping[str, str],
        grants: Grants,
        libraries: Sequence[str] = (),
    ) -> None:
        super().__init__(stack, "Service")
        stage = stack.stage
        log_group = logs.LogGroup(
            self, "Logs", retention=stage.log_retention, removal_policy=stage.removal
        )
        # The policy is inline, so that no event source starts before it is in force.
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={service.name: policy({log_group.log_group_arn: WRITE_LOGS, **grants})},
        )
        for arn, granted in grants.items():
            if isinstance(granted, ConditionalGrant):
                acknowledge(role, wildcard(role, arn), reason=granted.reason)
        with code_of(service) as code:
            self.resource = lambda_.Function(
                self,
                "Function",
                function_name=names.prefixed(stage.name, service.name),
                runtime=lambda_.Runtime.PYTHON_3_13,
                architecture=lambda_.Architecture.ARM_64
                if stage.architecture == "arm64"
                else lambda_.Architecture.X86_64,
                handler=HANDLER,
                code=code,
                layers=[Layer(stack), *(Layer(stack, library) for library in libraries)],
                timeout=Duration.seconds(service.timeout),
                memory_size=service.memory,
                environment={**_identity(service), **environment},
                log_group=log_group,
                role=role,
            )
        _acknowledge_findings(self.resource)
        Alarm(
            self,
            "Errors",
            stage=stage,
            alarm_name=names.prefixed(stage.name, f"{service.name}-errors"),
            description=f"{service.name} has failed as a whole {ATTEMPTS} times in an hour: it does"
            " not start, is killed for its time, or does not do what it does by the clock. Its log"
            " says why.",
            metric=self.resource.metric_errors(period=Duration.hours(1)),
            threshold=ATTEMPTS,
        )


def _identity(service: Service) -> dict[str, str]:
    """Return the variables by which the function finds its service's row."""
    package = {PACKAGE: service.package} if service.package else {}
    return {SERVICE: service.name, **package}


def _acknowledge_findings(function: lambda_.Function) -> None:
    acknowledge(
        function,
        "AwsSolutions-L1",
        "Serverless-LambdaLatestVersion",
        reason="All tests run on Python 3.13, and the layer's wheels are built for it.",
    )
    acknowledge(
        function,
        "Serverless-LambdaDLQ",
        reason="It is for asynchronous invocations, and only the schedule makes one.",
    )
    acknowledge(
        function,
        "Serverless-LambdaTracing",
        "WS1000",
        reason="Every event carries its trace context. X-Ray would show one hop at a time, and"
        " requires permissions on all resources.",
    )
    acknowledge(
        function,
        "WS1004",
        reason="It refers to its own log group with retention; the rule expects one that is named"
        " after the function.",
    )
    acknowledge(
        function,
        "W3005",
        reason="The CDK itself writes DependsOn for a role that the function refers to.",
    )
