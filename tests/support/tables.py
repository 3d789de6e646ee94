"""The tables of a stage under moto, named and keyed as their services declare them."""

from typing import Any

from functions import names
from functions.framework.service import Consumer, Service, Table
from functions.map import SERVICES
from functions.runtime.aws.items import SLOT, SUBJECT
from functions.runtime.aws.tables import TableName


def usual_tables(service: Service) -> tuple[Table, ...]:
    """Return a service's tables where the stage chooses no adapter for it."""
    if isinstance(service, Consumer):
        return service.tables_with(service.adapter())
    return service.tables


def known_tables(stage: str) -> dict[tuple[str, str], TableName]:
    """Return where each service finds the tables that it names."""
    return {
        (service.name, table.name): TableName(
            name=names.own_table(stage, table.owner or service.name, table.name),
            key=table.key,
            sort=table.sort or "",
            index=table.index or "",
        )
        for service in SERVICES
        for table in usual_tables(service)
    }


def make_tables(dynamodb: Any, stage: str) -> None:
    """Make the log and all tables of a stage."""
    make(dynamodb, TableName(name=names.log_table(stage), key=SUBJECT, sort=SLOT))
    for table in {table.name: table for table in known_tables(stage).values()}.values():
        make(dynamodb, table)


def make(dynamodb: Any, table: TableName) -> None:
    """Make one table."""
    index = {
        "IndexName": table.index,
        "KeySchema": _schema(table.index, table.sort),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    keys = (table.key, table.sort, table.index)
    dynamodb.create_table(
        TableName=table.name,
        KeySchema=_schema(table.key, table.sort),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys if key],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": [index]} if table.index else {}),
    )


def _schema(*keys: str) -> list[dict[str, str]]:
    kinds = zip(keys, ("HASH", "RANGE"), strict=True)
    return [{"AttributeName": key, "KeyType": kind} for key, kind in kinds if key]
