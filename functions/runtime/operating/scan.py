"""The whole log on DynamoDB: a scan, or a query for each selected order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, override

from events.codec import Undecodable
from events.envelope import Event
from functions.runtime.aws.items import SLOT, SUBJECT, Item, from_item, to_message
from functions.runtime.operating.ports import LogPage, Pages, Selection

PAGE = 1000
"""Maximum items that are read for a page; DynamoDB ends a page at 1 MB."""


class DynamoPages(Pages):
    """Pages of the log; a cursor is the id of the last event that was read.

    It reads the whole log for any selection but `orders`, at half a read unit for 4 KB, because
    DynamoDB filters after reading. Selected orders are queried, each in its own partition.
    """

    def __init__(self, client: Any, table: str, *, page: int = PAGE) -> None:
        self._client = client
        self._table = table
        self._page = page

    @override
    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        request = self._request(selection)
        if not selection.orders:
            return self._read(self._client.scan, request, selection, cursor)
        order = cursor.partition("/")[0] if cursor else selection.orders[0]
        request["KeyConditionExpression"] = f"{SUBJECT} = :subject"
        request["ExpressionAttributeValues"] = request.get("ExpressionAttributeValues", {}) | {
            ":subject": {"S": order}
        }
        page = self._read(self._client.query, request, selection, cursor)
        rest = selection.orders[selection.orders.index(order) + 1 :]
        if page.cursor or not rest:
            return page
        return replace(page, cursor=f"{rest[0]}/")

    def _request(self, selection: Selection) -> dict[str, Any]:
        """Return a request whose filter has at least the selected events, in whole seconds."""
        values: dict[str, Any] = {}
        filters: list[str] = []
        if selection.since:
            filters.append("#time >= :since")
            values[":since"] = {"S": _second(selection.since)}
        if selection.until:
            filters.append("#time < :until")
            values[":until"] = {"S": _second(selection.until + timedelta(seconds=1))}
        if selection.types:
            types = {f":type{n}": {"S": name} for n, name in enumerate(selection.types)}
            filters.append(f"#type IN ({', '.join(types)})")
            values |= types
        request: dict[str, Any] = {
            "TableName": self._table,
            "Limit": self._page,
            "ConsistentRead": selection.settled,
            "ReturnConsumedCapacity": "TOTAL",
        }
        if filters:
            named = {"#time": "time", "#type": "type"}
            expression = " AND ".join(filters)
            request |= {
                "FilterExpression": expression,
                "ExpressionAttributeNames": {k: v for k, v in named.items() if k in expression},
                "ExpressionAttributeValues": values,
            }
        return request

    def _read(
        self, call: Any, request: dict[str, Any], selection: Selection, cursor: str | None
    ) -> LogPage:
        subject, _, slot = (cursor or "").partition("/")
        if slot:
            request["ExclusiveStartKey"] = {SUBJECT: {"S": subject}, SLOT: {"S": slot}}
        answer = call(**request)
        last = answer.get("LastEvaluatedKey")
        read = [(_named(item, _event), item) for item in answer["Items"]]
        found = [(event, item) for event, item in read if selection.admits(event)]
        return LogPage(
            events=tuple(event for event, _ in found),
            messages=tuple(_named(item, to_message) for _, item in found),
            cursor=f"{last[SUBJECT]['S']}/{last[SLOT]['S']}" if last else None,
            units=float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0)),
        )


def _second(moment: datetime) -> str:
    """Return a time in whole seconds, as a text that sorts before all times in that second.

    Times have fractions of a second or none, so their texts do not sort within a second.
    """
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _event(item: Item) -> Event[Any]:
    return from_item(item, lenient=True)


def _named[T](item: Item, read: Callable[[Item], T]) -> T:
    try:
        return read(item)
    except Undecodable as error:
        event_id = f"{item[SUBJECT]['S']}/{item[SLOT]['S']}"
        raise Undecodable(f"{event_id}: {error}") from error
