"""The log and the services' own tables, on DynamoDB."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from botocore.exceptions import ClientError

from events.envelope import Event
from events.history import History
from functions.runtime.items import SLOT, SUBJECT, from_item, to_item
from functions.runtime.ports import Change, Record, Refused

CONFLICT_TRIES = 6
"""Tries of one write that conflicts with another's transaction; the SDK retries throttles only."""

VERSION = "version"
CONDITION_FAILED = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"


@dataclass(frozen=True, kw_only=True)
class TableName:
    """Where a service's own table is, and the name of its partition key."""

    name: str
    key: str


class DynamoLog:
    """The log in a table: partition key `subject`, sort key `slot`."""

    def __init__(
        self,
        client: Any,
        table: str,
        own: Mapping[str, TableName] | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take a DynamoDB client, the log's table and the tables that changes may name."""
        self._client = client
        self._table = table
        self._own = own or {}
        self._sleep = sleep

    def read(self, subject: str) -> History:
        """Return all events of a subject, with strong consistency."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": f"{SUBJECT} = :subject",
            "ExpressionAttributeValues": {":subject": {"S": subject}},
            "ConsistentRead": True,
        }
        items = list(_pages(self._client.query, query))
        return History(from_item(item, lenient=True) for item in items)

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill the event's slot, if it is free, and return the event that holds it."""
        put = {
            "TableName": self._table,
            "Item": to_item(event),
            "ConditionExpression": f"attribute_not_exists({SLOT})",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        write = partial(self._transact, put, changes) if changes else partial(self._put, put)
        held = self._patiently(write)
        return from_item(held) if held else event

    def _patiently[T](self, write: Callable[[], T]) -> T:
        """Write again while others' transactions hold the same items, a little later each time."""
        for tries in range(1, CONFLICT_TRIES):
            try:
                return write()
            except ClientError as error:
                if not _conflicts(error):
                    raise
            self._sleep(_jitter(tries))
        return write()

    def _put(self, put: dict[str, Any]) -> dict[str, Any] | None:
        try:
            self._client.put_item(**put)
        except ClientError as error:
            if _code(error) != f"{CONDITION_FAILED}Exception":
                raise
            return dict(_response(error)["Item"])
        return None

    def _transact(self, put: dict[str, Any], changes: Sequence[Change]) -> dict[str, Any] | None:
        items = [{"Put": put}, *({"Update": self._update(change)} for change in changes)]
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            slot, *rest = _reasons(error)
            if slot.get("Code") == CONDITION_FAILED:
                return dict(slot["Item"])
            short = [
                change.key
                for change, reason in zip(changes, rest, strict=False)
                if reason.get("Code") == CONDITION_FAILED
            ]
            if short and not _conflicts(error):
                raise Refused(short) from error
            raise
        return None

    def _update(self, change: Change) -> dict[str, Any]:
        table = self._own[change.table]
        takes = change.by < 0
        update: dict[str, Any] = {
            "TableName": table.name,
            "Key": {table.key: {"S": change.key}},
            "UpdateExpression": "SET #a = #a - :n" if takes else "ADD #a :n",
            "ExpressionAttributeNames": {"#a": change.attribute},
            "ExpressionAttributeValues": {":n": {"N": str(abs(change.by))}},
        }
        return update | ({"ConditionExpression": "#a >= :n"} if takes else {})


class DynamoRecords:
    """A service's own table under optimistic locking."""

    def __init__(self, client: Any, table: TableName) -> None:
        """Take a DynamoDB client and the table."""
        self._client = client
        self._table = table

    def get(self, key: str) -> Record | None:
        """Return an item, read with strong consistency."""
        answer = self._client.get_item(
            TableName=self._table.name,
            Key={self._table.key: {"S": key}},
            ConsistentRead=True,
        )
        return self._record(answer["Item"]) if "Item" in answer else None

    def put(self, record: Record) -> bool:
        """Write the item if its stored version is still `record.version`; tell whether it was."""
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
        try:
            self._client.put_item(**put)
        except ClientError as error:
            if _code(error) != f"{CONDITION_FAILED}Exception":
                raise
            return False
        return True

    def all(self) -> Iterator[Record]:
        """Iterate over all items, in no order."""
        for item in _pages(self._client.scan, {"TableName": self._table.name}):
            yield self._record(item)

    def _record(self, item: Mapping[str, Mapping[str, str]]) -> Record:
        values = {name: _value(attribute) for name, attribute in item.items()}
        key = str(values.pop(self._table.key))
        return Record(key=key, version=int(values.pop(VERSION, 0)), values=values)


def _pages(call: Callable[..., Any], request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        answer = call(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request = request | {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _jitter(tries: int) -> float:
    return random.uniform(0, 0.02 * 2**tries)  # noqa: S311  it keeps no secret


def _conflicts(error: ClientError) -> bool:
    """Tell whether another's transaction was in the way; a plain put has an error of its own."""
    codes = {_code(error), *(reason.get("Code") for reason in _reasons(error))}
    return not codes.isdisjoint({CONFLICT, f"{CONFLICT}Exception"})


def _reasons(error: ClientError) -> list[Mapping[str, Any]]:
    """Return why a transaction was cancelled: for each of its items, or one that says nothing."""
    return _response(error).get("CancellationReasons") or [{}]


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _response(error: ClientError) -> Mapping[str, Any]:
    """Return the whole response; DynamoDB's has more members than botocore's type says."""
    return cast(Mapping[str, Any], error.response)


def _attribute(value: str | int) -> dict[str, str]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _value(attribute: Mapping[str, str]) -> str | int:
    return int(attribute["N"]) if "N" in attribute else attribute["S"]
