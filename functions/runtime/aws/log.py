"""The log on DynamoDB."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, override

from botocore.exceptions import ClientError

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, ChangeRefused, Log
from functions.runtime.aws.items import SLOT, SUBJECT, from_item, to_item
from functions.runtime.aws.tables import (
    CONDITION_FAILED,
    TableName,
    code,
    pages,
    refused_condition,
    response,
)

CONFLICT_TRIES = 6
"""Attempts of a write that conflicts with another transaction; the SDK retries only throttles."""

CONFLICT = "TransactionConflict"


class DynamoLog(Log):
    """The log in a table with partition key `subject` and sort key `slot`.

    `own` are the tables that changes may name.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        own: Mapping[str, TableName] | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._own = own or {}
        self._sleep = sleep

    @override
    def read(self, subject: str) -> History:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": f"{SUBJECT} = :subject",
            "ExpressionAttributeValues": {":subject": {"S": subject}},
            "ConsistentRead": True,
        }
        items = list(pages(self._client.query, query))
        return History(from_item(item, lenient=True) for item in items)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        put = {
            "TableName": self._table,
            "Item": to_item(event),
            "ConditionExpression": f"attribute_not_exists({SLOT})",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        write = partial(self._transact, put, changes) if changes else partial(self._put, put)
        held = self._retry_conflicts(write)
        return from_item(held) if held else event

    def _retry_conflicts[T](self, write: Callable[[], T]) -> T:
        """Write; retry with jitter while other transactions hold the same items."""
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
            if not refused_condition(error):
                raise
            return dict(response(error)["Item"])
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
                raise ChangeRefused(short) from error
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


def _jitter(tries: int) -> float:
    return random.uniform(0, 0.02 * 2**tries)  # noqa: S311  not for secrets


def _conflicts(error: ClientError) -> bool:
    """Return whether another transaction held an item; a plain put has its own error code."""
    codes = {code(error), *(reason.get("Code") for reason in _reasons(error))}
    return not codes.isdisjoint({CONFLICT, f"{CONFLICT}Exception"})


def _reasons(error: ClientError) -> list[Mapping[str, Any]]:
    """Return the cancellation reasons of a transaction, one per item; one empty reason if none."""
    return response(error).get("CancellationReasons") or [{}]
