"""The API's stack: its HTTP API, its function and its tables."""

from constructs import Construct

from functions import names
from functions.framework.api import Api
from functions.runtime import settings
from infra.alarm import MetricAlarm
from infra.function import ServiceFunction
from infra.gateway import add_gateway, issuer_environment
from infra.grants import APPEND_TO_LOG, READ_LOG
from infra.stage import Stage
from infra.stage_stack import StageStack
from infra.tables import Tables


class ApiStack(StageStack):
    """All resources of the API."""

    def __init__(self, scope: Construct, *, stage: Stage, api: Api) -> None:
        description = f"{api.name} answers {', '.join(route.key for route in api.routes)}"
        super().__init__(scope, api.name, stage=stage, description=description)
        tables = Tables(self, service=api.name, tables=api.tables)
        function = ServiceFunction(
            self,
            service=api,
            environment={
                settings.LOG: names.log_table(stage.name),
                **issuer_environment(stage),
                **tables.environment,
            },
            grants={self.log_arn: [READ_LOG, APPEND_TO_LOG], **tables.grants},
        )
        add_gateway(self, service=api, function=function.resource)
        for outcome in api.alarms:
            MetricAlarm(self, service=api.name, metric=outcome.metric)
