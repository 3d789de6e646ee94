"""Access to own tables as on AWS: a service may make only the calls that its tables declare."""

from collections.abc import Mapping
from typing import Any

from functions.framework.ports import SafeToLog
from functions.framework.service import Service
from functions.framework.table import Access

CHANGE = "Change"

NEEDED: Mapping[str, Access] = {
    "tables.get": "get",
    "tables.put": "put",
    "tables.all": "list",
    "rows.get": "get",
    "rows.put": "put",
    "rows.overwrite": "put",
    "rows.page": "page",
    "rows.remove": "remove",
    "rows.listed": "listed",
    "rows.all": "list",
    CHANGE: "change",
}
"""The access that each call of a table needs."""


class AccessDenied(SafeToLog):
    """A service made a call of a table that its declaration does not grant."""


def why_denied(service: Service, table: str, call: str) -> str | None:
    """Return why AWS would refuse a service's call of a table that it declares, and what to do."""
    declared = [each for each in service.possible_tables if each.name == table]
    granted = {access for each in declared for access in each.access}
    if NEEDED[call] in granted:
        return None
    return (
        f"{service.name} calls {call} of its table {table!r}, which AWS would refuse: SERVICE in"
        f" {service.code_package}.service grants {', '.join(sorted(granted))}. Add"
        f" {NEEDED[call]!r} to the table's access, or do without the call."
    )


class Granted:
    """A table of a service that makes the granted calls only."""

    def __init__(self, own: object, service: Service, table: str, port: str) -> None:
        self._own = own
        self._service, self._table, self._port = service, table, port

    def __getattr__(self, method: str) -> Any:
        denied = why_denied(self._service, self._table, f"{self._port}.{method}")
        if denied:
            raise AccessDenied(denied)
        return getattr(self._own, method)
