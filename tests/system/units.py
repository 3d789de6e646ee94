"""Write units: counted from the SDK's calls, as DynamoDB charges them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from functions import names
from functions.map import CONSUMERS, SERVICES
from tests.functions.runtime.aws.test_items import weight
from tests.support.template import Templates

type Item = dict[str, dict[str, str]]

UNIT = 1024
STAGE = "dev"

FREE = {"CreateTable", "DescribeTable", "GetItem", "Query", "Scan"}
"""Operations that write no item."""


@dataclass
class Meter:
    """Counts units by the service that writes; `items` has the table and size of each written item.

    Tables of adapters are not counted: they are the state of a sandbox, which stands for a provider
    outside the stage.
    """

    templates: Templates
    spent: Counter[str] = field(default_factory=Counter)
    items: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._owners = {
            names.own_table(STAGE, service.name, table.name): service.name
            for service in SERVICES
            for table in service.tables
            if table.owner is None
        }
        self._sandboxes = {
            names.own_table(STAGE, consumer.name, table.name)
            for consumer in CONSUMERS
            for adapter in consumer.adapters
            for table in adapter.tables
        }
        self._tables = {
            table.properties["TableName"]: table.properties
            for table in self.templates.resources("AWS::DynamoDB::Table")
        }
        self._stored: dict[tuple[str, str], Item] = {}
        self._sent: list[dict[str, Any]] = []

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Record a call that is sent."""
        self._sent.append({"operation": model.name, **params})

    def charge(self, http_response: Any, **_: Any) -> None:
        """Charge the call when its response arrives."""
        sent = self._sent.pop()
        done = http_response.status_code == 200
        match sent["operation"]:
            case "PutItem":
                self._put(sent, done=done)
            case "TransactWriteItems":
                writes = [write for each in sent["TransactItems"] for write in each.items()]
                writer = next(self._writer(put) for kind, put in writes if kind == "Put")
                for kind, write in writes:
                    self._spend(writer, 2 * self._transacted(kind, write))
            case operation if operation not in FREE:
                raise AssertionError(f"the units of {operation} are not counted yet")

    def _put(self, sent: dict[str, Any], *, done: bool) -> None:
        if sent["TableName"] in self._sandboxes:
            return
        writer = self._writer(sent)
        self._spend(writer, self._units(sent))
        if done:
            for units in self._index_units(sent):
                self._spend(writer, units)

    def _transacted(self, kind: str, write: dict[str, Any]) -> int:
        """Return the units of one part outside a transaction; an update is of a small counter."""
        return self._units(write) if kind == "Put" else 1

    def _units(self, put: dict[str, Any]) -> int:
        size = weight(put["Item"])
        self.items.append((put["TableName"], size))
        return -(-size // UNIT)

    def _index_units(self, put: dict[str, Any]) -> Iterator[int]:
        """Yield each index's units: one for a new entry, one for a removed one, two for a move.

        A KEYS_ONLY index is not written while the keys stay.
        """
        table, item = put["TableName"], put["Item"]
        own = self._keys(self._tables[table]["KeySchema"], item)
        before = self._stored.get((table, str(own)), {})
        self._stored[table, str(own)] = item
        for index in self._tables[table].get("GlobalSecondaryIndexes", ()):
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
            was, now = (self._keys(index["KeySchema"], each) for each in (before, item))
            if was != now:
                yield (was is not None) + (now is not None)

    @staticmethod
    def _keys(schema: list[dict[str, str]], item: Item) -> list[Any] | None:
        values = [item.get(key["AttributeName"]) for key in schema]
        return None if None in values else values

    def _writer(self, put: dict[str, Any]) -> str:
        owner = self._owners.get(put["TableName"])
        return owner or put["Item"]["source"]["S"]

    def _spend(self, writer: str, units: int) -> None:
        self.spent[writer] += units
