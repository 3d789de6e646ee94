"""A service's function: its code, its log group, and a role that may do what it is granted."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions import names
from functions.framework.service import Service
from functions.runtime.settings import SERVICE
from infra.acknowledge import acknowledge, wildcard
from infra.alarm import Alarm
from infra.grants import WRITE_LOGS, ConditionalGrant, Grants, policy
from infra.packaging.code import code_of
from infra.packaging.layer import Layer
from infra.stage_stack import StageStack

HANDLER = "functions.runtime.entry.handler"

ATTEMPTS = 3
"""How often Lambda tries what the clock asks for; a service that is killed once is not news."""


class ServiceFunction(Construct):
    """The function of one service; `resource` is what events are sent to."""

    def __init__(
        self,
        part: StageStack,
        *,
        service: Service,
        environment: Mapping[str, str],
        grants: Grants,
        libraries: Sequence[str] = (),
    ) -> None:
        """Take the stack, the service, what it must know beside its name, and what it may do.

        `libraries` are requirements beyond those that all functions have.
        """
        super().__init__(part, "Service")
        stage = part.stage
        log_group = logs.LogGroup(
            self, "Logs", retention=stage.log_retention, removal_policy=stage.removal
        )
        # The policy is part of the role, so that no event source starts before it is in force.
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={service.name: policy({log_group.log_group_arn: WRITE_LOGS, **grants})},
        )
        for arn, granted in grants.items():
            if isinstance(granted, ConditionalGrant):
                acknowledge(role, wildcard(role, arn), reason=granted.reason)
        self.resource = lambda_.Function(
            self,
            "Function",
            function_name=names.prefixed(stage.name, service.name),
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64
            if stage.architecture == "arm64"
            else lambda_.Architecture.X86_64,
            handler=HANDLER,
            code=code_of(service.name),
            layers=[Layer(part), *(Layer(part, library) for library in libraries)],
            timeout=Duration.seconds(service.timeout),
            memory_size=service.memory,
            environment={SERVICE: service.name, **environment},
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


def _acknowledge_findings(function: lambda_.Function) -> None:
    acknowledge(
        function,
        "AwsSolutions-L1",
        "Serverless-LambdaLatestVersion",
        reason="Python 3.13 is what all tests run on and what the layer's wheels are made for.",
    )
    acknowledge(
        function,
        "Serverless-LambdaDLQ",
        reason="It is for asynchronous invocations, and nobody makes one but the clock.",
    )
    acknowledge(
        function,
        "Serverless-LambdaTracing",
        "WS1000",
        reason="Every event carries its trace from cause to effect. X-Ray would see one hop at a"
        " time, and wants a right on all resources.",
    )
    acknowledge(
        function,
        "WS1004",
        reason="It has a log group with retention, which it names itself; the rule looks for one"
        " that is called after the function.",
    )
    acknowledge(
        function,
        "W3005",
        reason="The CDK writes DependsOn for a role that the function refers to.",
    )
