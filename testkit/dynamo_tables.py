"""Tables under moto, named and keyed as services declare them."""

from typing import Any

from functions import names
from functions.framework.service import Service
from functions.framework.table import Table
from functions.runtime.aws.items import SLOT, SUBJECT
from functions.runtime.aws.tables import TableName


def table_name(stage: str, service: Service, table: Table) -> TableName:
    """Return where a service finds a table that it declares."""
    return TableName(
        name=names.own_table(stage, table.owner or service.name, table.name),
        key=table.key,
        sort=table.sort or "",
        index=table.index or "",
    )


def make_log(dynamodb: Any, stage: str) -> None:
    """Make the log with its stream."""
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    log = TableName(name=names.log_table(stage), key=SUBJECT, sort=SLOT)
    make(dynamodb, log, StreamSpecification=stream)


def make(dynamodb: Any, table: TableName, **more: Any) -> None:
    """Make a table; `more` are further arguments of the call."""
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
        **more,
    )


def _schema(*keys: str) -> list[dict[str, str]]:
    kinds = zip(keys, ("HASH", "RANGE"), strict=True)
    return [{"AttributeName": key, "KeyType": kind} for key, kind in kinds if key]
