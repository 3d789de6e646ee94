"""Tables: how each one is kept, and what a service's own ones mean for its function."""

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from functions import names
from functions.framework.service import Table
from functions.runtime.settings import table_variable
from infra.grants import QUERY, TABLE_ACTIONS
from infra.stage import Stage
from infra.stage_stack import StageStack


class KeptTable(dynamodb.Table):
    """A table billed by request, encrypted with a key whose use is on record, kept as staged.

    Its past can be restored for 35 days, on any stage.
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
        """Take the stage, the table's name, and the names of its keys, which are strings."""
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
    """A service's tables; `environment` and `grants` are what its function gets of them."""

    def __init__(self, part: StageStack, *, service: str, tables: Sequence[Table]) -> None:
        """Take the stack, the service, and the tables that it owns or looks at."""
        super().__init__(part, "Tables")
        self.environment: dict[str, str] = {}
        self.grants: dict[str, list[str]] = {}
        for table in tables:
            name = names.own_table(part.stage.name, table.owner or service, table.name)
            arn = part.format_arn(service="dynamodb", resource="table", resource_name=name)
            if table.owner is None:
                arn = self._make(part.stage, name, table).table_arn
            self.environment[table_variable(table.name)] = name
            if table.callers and part.stage.issuer is None:
                continue
            self.grants[arn] = sorted(
                {TABLE_ACTIONS[a] for a in table.access & TABLE_ACTIONS.keys()}
            )
            if "listed" in table.access:
                self.grants[f"{arn}/index/{table.index}"] = [QUERY]

    def _make(self, stage: Stage, name: str, table: Table) -> dynamodb.Table:
        made = KeptTable(
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
