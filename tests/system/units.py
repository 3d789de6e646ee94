"""Write units: counted from the SDK's calls, as DynamoDB charges them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from functions import names
from functions.framework.table import Table
from functions.map import CONSUMERS, SERVICES
from tests.functions.runtime.aws.test_items import weight

UNIT = 1024
STAGE = "dev"

FREE = {"CreateTable", "DescribeTable", "GetItem", "Query", "Scan"}
"""Operations that write no item."""

OWNED = {
    names.own_table(STAGE, service.name, table.name): (service.name, table)
    for service in SERVICES
    for table in service.tables
    if table.owner is None
}
SANDBOXES = {
    names.own_table(STAGE, consumer.name, table.name)
    for consumer in CONSUMERS
    for adapter in consumer.adapters
    for table in adapter.tables
}
"""Tables of adapters, which are not counted: they stand for a provider outside the stage."""


class Meter:
    """Counts units by the service that writes; `items` has the table and size of each written item.

    The log's items are written by their event's source.
    """

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.items: list[tuple[str, int]] = []
        self._indexed: dict[tuple[object, ...], object] = {}
        self._sent: list[tuple[str, dict[str, Any]]] = []

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self._sent.append((model.name, dict(params)))

    def charge(self, http_response: Any, **_: Any) -> None:
        operation, sent = self._sent.pop()
        match operation:
            case "PutItem" if sent["TableName"] not in SANDBOXES:
                self._put(sent, done=http_response.status_code == 200)
            case "TransactWriteItems":
                puts = [each["Put"] for each in sent["TransactItems"] if "Put" in each]
                updates = len(sent["TransactItems"]) - len(puts)  # each of a small counter
                units = sum(map(self._units, puts)) + updates
                self.spent[self._writer(puts[0])] += 2 * units
            case "PutItem":
                pass
            case _ if operation not in FREE:
                raise AssertionError(f"the units of {operation} are not counted yet")

    def _put(self, put: Mapping[str, Any], *, done: bool) -> None:
        writer, table = self._writer(put), put["TableName"]
        self.spent[writer] += self._units(put)
        if done and table in OWNED:
            self.spent[writer] += self._index_units(OWNED[table][1], put["Item"])

    def _units(self, put: Mapping[str, Any]) -> int:
        size = weight(put["Item"])
        self.items.append((put["TableName"], size))
        return -(-size // UNIT)

    def _index_units(self, table: Table, item: Mapping[str, Any]) -> int:
        """Return the index's units: one for a new entry, one for a removed one, two for a move.

        A KEYS_ONLY index, as all are, is not written while the keys stay.
        """
        own = (table.name, item[table.key]["S"], str(item.get(table.sort or "")))
        now = item.get(table.index or "")
        was, self._indexed[own] = self._indexed.get(own), now
        return (was is not None) + (now is not None) if was != now else 0

    def _writer(self, put: Mapping[str, Any]) -> str:
        owned = OWNED.get(put["TableName"])
        return owned[0] if owned else str(put["Item"]["source"]["S"])
