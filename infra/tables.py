"""Tables: how each one is kept, and what a service's own ones mean for its function."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from functions import names
from functions.runtime.service import Service
from functions.runtime.settings import table_variable
from infra.grants import TABLE_ACTIONS
from infra.part import Part
from infra.stage import Stage


class KeptTable(dynamodb.Table):
    """A table billed by request, encrypted with a key whose use is on record, kept as staged."""

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
                point_in_time_recovery_enabled=stage.recovery
            ),
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


class OwnTables(Construct):
    """A service's own tables; `environment` and `grants` are what its function gets of them."""

    def __init__(self, part: Part, *, service: Service) -> None:
        """Take the stack and the service that owns the tables."""
        super().__init__(part, "Tables")
        self.environment: dict[str, str] = {}
        self.grants: dict[str, list[str]] = {}
        for own in service.tables:
            table = KeptTable(
                self,
                own.name.title(),
                stage=part.stage,
                table_name=names.own_table(part.stage.name, service.name, own.name),
                partition_key=own.key,
            )
            self.environment[table_variable(own.name)] = table.table_name
            self.grants[table.table_arn] = sorted(TABLE_ACTIONS[access] for access in own.access)
