"""Erasure of personal data in the log, on DynamoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, override

from functions.runtime.aws.items import SLOT, SUBJECT, blanked
from functions.runtime.aws.tables import condition_held, pages
from functions.runtime.operating.ports import ConcurrentChange, Erasure


class DynamoErasure(Erasure):
    """Erases personal data in items of the log; `client` must have the role that may do so."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    @override
    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": f"{SUBJECT} = :subject",
            "ExpressionAttributeValues": {":subject": {"S": subject}},
            "ConsistentRead": True,
        }
        done = []
        for item in list(pages(self._client.query, query)):
            changed = blanked(item, at)
            if changed is not None:
                self._write(item, changed)
                done.append(f"{subject}/{item[SLOT]['S']}")
        return done

    def _write(self, item: dict[str, Any], changed: dict[str, dict[str, str]]) -> None:
        names = {f"#{name}": name for name in changed}
        sets = ", ".join(f"#{name} = :{name}" for name in changed)
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": {name: item[name] for name in (SUBJECT, SLOT)},
            "UpdateExpression": f"SET {sets}",
            "ConditionExpression": "#data = :read",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {f":{name}": value for name, value in changed.items()}
            | {":read": item["data"]},
        }
        if not condition_held(self._client.update_item, update):
            raise ConcurrentChange(f"{item[SUBJECT]['S']}/{item[SLOT]['S']}")
