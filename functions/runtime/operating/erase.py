"""Blanking the personal fields of an order's events, on DynamoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from functions.runtime.aws.items import SLOT, SUBJECT, blanked
from functions.runtime.aws.tables import condition_held, pages
from functions.runtime.operating.ports import Changing


class DynamoErasure:
    """Blanks items of the log; its client acts under the role that may."""

    def __init__(self, client: Any, table: str) -> None:
        """Take a DynamoDB client and the log's table."""
        self._client = client
        self._table = table

    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        """Blank the personal fields of a subject's events; return the ids of those that had some.

        An item is changed on the condition that it still says what was read.
        """
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
            raise Changing(f"{item[SUBJECT]['S']}/{item[SLOT]['S']}")
