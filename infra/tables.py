"""Tables: their protection, and the environment and grants that a service's function needs."""

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from functions import names
from functions.framework.table import Table
from functions.runtime.settings import table_variable
from infra.grants import QUERY, TABLE_ACTIONS
from infra.stage import Stage
from infra.stage_stack import StageStack


class SafeTable(dynamodb.Table):
    """A table with on-demand billing, string keys, and the stage's removal policy and protection.

    On any stage it is encrypted with the AWS managed key, whose use CloudTrail logs, and has
    point-in-time recovery for 35 days.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        table_name: str,
        partition_key: str,
        sort_key: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
    ) -> None:
        super().__init__(
            scope,
            name,
            table_name=table_name,
            partition_key=_text(partition_key),
            sort_key=_text(sort_key) if sort_key else None,
            stream=stream,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            removal_policy=stage.removal,
            deletion_protection=stage.protected,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


class Tables(Construct):
    """A service's own tables; `environment` and `grants` are for its function.

    `tables` are those that the service owns, and those of other services that it reads.
    """

    def __init__(self, stack: StageStack, *, service: str, tables: Sequence[Table]) -> None:
        super().__init__(stack, "Tables")
        self.environment: dict[str, str] = {}
        self.grants: dict[str, list[str]] = {}
        for table in tables:
            name = names.own_table(stack.stage.name, table.owner or service, table.name)
            arn = stack.format_arn(service="dynamodb", resource="table", resource_name=name)
            if table.owner is None:
                arn = self._make(stack.stage, name, table).table_arn
            self.environment[table_variable(table.name)] = name
            if table.callers and stack.stage.issuer is None:
                continue
            self.grants[arn] = sorted(
                {TABLE_ACTIONS[a] for a in table.access & TABLE_ACTIONS.keys()}
            )
            if "listed" in table.access:
                self.grants[f"{arn}/index/{table.index}"] = [QUERY]

    def _make(self, stage: Stage, name: str, table: Table) -> dynamodb.Table:
        made = SafeTable(
            self,
            table.name.title(),
            stage=stage,
            table_name=name,
            partition_key=table.key,
            sort_key=table.sort,
        )
        if table.index and table.sort:
            made.add_global_secondary_index(
                index_name=table.index,
                partition_key=_text(table.index),
                sort_key=_text(table.sort),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        return made
