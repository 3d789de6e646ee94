"""The tables of a stage under moto, named and keyed as their services declare them."""

from typing import Any

from functions.framework.service import Consumer, Service
from functions.framework.table import Table
from functions.map import SERVICES
from functions.runtime.aws.tables import TableName
from testkit.dynamo_tables import make, make_log, table_name


def usual_tables(service: Service) -> tuple[Table, ...]:
    """Return a service's tables where the stage chooses no adapter for it."""
    if isinstance(service, Consumer):
        return service.tables_with(service.adapter())
    return service.tables


def known_tables(stage: str) -> dict[tuple[str, str], TableName]:
    """Return where each service finds the tables that it names."""
    return {
        (service.name, table.name): table_name(stage, service, table)
        for service in SERVICES
        for table in usual_tables(service)
    }


def make_tables(dynamodb: Any, stage: str) -> None:
    """Make the log and all tables of a stage."""
    make_log(dynamodb, stage)
    for table in {table.name: table for table in known_tables(stage).values()}.values():
        make(dynamodb, table)
