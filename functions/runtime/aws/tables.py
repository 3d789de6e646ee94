"""The services' own tables on DynamoDB: records under one key, rows under two."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, override

from botocore.exceptions import ClientError

from functions.framework.ports import Record, Records, Row, Rows, Value

VERSION = "version"
CONDITION_FAILED = "ConditionalCheckFailed"

type Item = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class TableName:
    """A table's name, and the names of its keys and of its index if it has one."""

    name: str
    key: str
    sort: str = ""
    index: str = ""


class DynamoRecords(Records):
    """An own table; the attribute `version` is its optimistic lock."""

    def __init__(self, client: Any, table: TableName) -> None:
        self._client = client
        self._table = table

    @override
    def get(self, key: str) -> Record | None:
        answer = self._client.get_item(
            TableName=self._table.name,
            Key={self._table.key: {"S": key}},
            ConsistentRead=True,
        )
        return self._record(answer["Item"]) if "Item" in answer else None

    @override
    def put(self, record: Record) -> bool:
        item = {name: _attribute(value) for name, value in record.values.items()}
        put: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": item
            | {
                self._table.key: {"S": record.key},
                VERSION: {"N": str(record.version + 1)},
            },
            "ConditionExpression": "attribute_not_exists(#v)",
            "ExpressionAttributeNames": {"#v": VERSION},
        }
        if record.version:
            put["ConditionExpression"] = "#v = :v"
            put["ExpressionAttributeValues"] = {":v": {"N": str(record.version)}}
        return condition_held(self._client.put_item, put)

    @override
    def all(self) -> Iterator[Record]:
        return map(self._record, pages(self._client.scan, {"TableName": self._table.name}))

    def _record(self, item: Item) -> Record:
        values = _values(item)
        key, version = str(values.pop(self._table.key)), values.pop(VERSION, 0)
        known = version if isinstance(version, int) else 0
        return Record(key=key, version=known, values=values)


class DynamoRows(Rows):
    """A table with a sort key, and possibly a sparse index on one more attribute."""

    def __init__(self, client: Any, table: TableName) -> None:
        self._client = client
        self._table = table

    @override
    def put(self, row: Row) -> bool:
        return self._put(row, "<")

    @override
    def overwrite(self, row: Row) -> bool:
        return self._put(row, "<=")

    @override
    def get(self, partition: str, sort: str) -> Row | None:
        answer = self._client.get_item(
            TableName=self._table.name, Key=self._key(partition, sort), ConsistentRead=True
        )
        return self._row(answer["Item"]) if "Item" in answer else None

    def _put(self, row: Row, operator: str) -> bool:
        item = {name: _attribute(value) for name, value in row.values.items()}
        put: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": item | self._key(row.partition, row.sort),
        }
        if row.version is not None:
            put["Item"][VERSION] = {"N": str(row.version)}
            put["ConditionExpression"] = f"attribute_not_exists(#v) OR #v {operator} :v"
            put["ExpressionAttributeNames"] = {"#v": VERSION}
            put["ExpressionAttributeValues"] = {":v": put["Item"][VERSION]}
        return condition_held(self._client.put_item, put)

    @override
    def remove(self, partition: str, sort: str) -> None:
        self._client.delete_item(TableName=self._table.name, Key=self._key(partition, sort))

    @override
    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        query: dict[str, Any] = {
            "KeyConditionExpression": "#p = :p",
            "ExpressionAttributeNames": {"#p": self._table.key},
            "ExpressionAttributeValues": {":p": {"S": partition}},
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        if after is not None:
            query["ExclusiveStartKey"] = self._key(partition, after)
        return self._query(query, limit)

    @override
    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        query: dict[str, Any] = {
            "IndexName": self._table.index,
            "KeyConditionExpression": "#i = :i",
            "ExpressionAttributeNames": {"#i": self._table.index},
            "ExpressionAttributeValues": {":i": {"S": value}},
        }
        if after is not None:
            query["ExclusiveStartKey"] = self._key(after.partition, after.sort) | {
                self._table.index: {"S": value}
            }
        return self._query(query, limit)

    @override
    def all(self) -> Iterator[Row]:
        return map(self._row, pages(self._client.scan, {"TableName": self._table.name}))

    def _query(self, query: dict[str, Any], limit: int) -> Sequence[Row]:
        """Return the first rows of a query; a page of DynamoDB's may end before its limit."""
        found: list[Row] = []
        query |= {"TableName": self._table.name, "Limit": limit}
        for item in pages(self._client.query, query):
            found.append(self._row(item))
            if len(found) == limit:
                break
        return found

    def _key(self, partition: str, sort: str) -> dict[str, dict[str, str]]:
        return {self._table.key: {"S": partition}, self._table.sort: {"S": sort}}

    def _row(self, item: Item) -> Row:
        values = _values(item)
        partition, sort = str(values.pop(self._table.key)), str(values.pop(self._table.sort))
        version = values.pop(VERSION, None)
        return Row(
            partition=partition,
            sort=sort,
            values=dict(sorted(values.items())),
            version=version if isinstance(version, int) else None,
        )


def pages(call: Callable[..., Any], request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages of a query or a scan."""
    while True:
        answer = call(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request = request | {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def condition_held(write: Callable[..., Any], request: dict[str, Any]) -> bool:
    """Make a conditional write; return False if DynamoDB refused it by its condition."""
    try:
        write(**request)
    except ClientError as error:
        if not refused_condition(error):
            raise
        return False
    return True


def refused_condition(error: ClientError) -> bool:
    """Return whether a write was refused by its condition."""
    return code(error) == f"{CONDITION_FAILED}Exception"


def code(error: ClientError) -> str:
    """Return DynamoDB's code of an error."""
    return error.response["Error"]["Code"]


def response(error: ClientError) -> Mapping[str, Any]:
    """Return the whole response; DynamoDB's has more members than botocore's type declares."""
    return cast(Mapping[str, Any], error.response)


def _attribute(value: Value) -> dict[str, str]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _values(item: Item) -> dict[str, Value]:
    """Return an item's texts and numbers; people may have added attributes of other types.

    A number that is not whole stays a text, since no code of ours writes one.
    """
    return {
        name: _number(attribute["N"]) if "N" in attribute else attribute["S"]
        for name, attribute in item.items()
        if attribute.keys() & {"S", "N"}
    }


def _number(text: str) -> Value:
    try:
        return int(text)
    except ValueError:
        return text
