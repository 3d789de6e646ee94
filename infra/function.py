"""A service's function: its code, its log group, and a role that may do what it is granted."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions import names
from functions.runtime.service import Service
from functions.runtime.settings import SERVICE
from infra.code import code_of
from infra.grants import WRITE_LOGS, Grants, policy
from infra.layer import Layer
from infra.part import Part

HANDLER = "functions.runtime.entry.handler"


class ServiceFunction(Construct):
    """The function of one service; `resource` is what events are sent to."""

    def __init__(
        self,
        part: Part,
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
