"""The services' own tables in memory, by owner and name."""

from collections.abc import Iterable
from typing import Any

from functions.framework.ports import Row
from functions.framework.service import Service
from functions.framework.table import Table
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryRecords, MemoryTables

type Place = tuple[str, str]
"""The owner and the name of a table."""


class OwnTables:
    """All tables that services declare; two services may own tables of one name."""

    def __init__(self) -> None:
        self.records = MemoryTables()
        """The tables without a sort key, each named `owner-name`."""

        self._declared: dict[Place, Table] = {}
        self._rows: dict[Place, MemoryRows] = {}

    def declare(self, service: Service) -> None:
        """Create the tables of a service that do not exist yet."""
        for table in service.possible_tables:
            place = _place(service, table)
            self._declared.setdefault(place, table)
            if table.sort:
                rows = self._rows.setdefault(place, MemoryRows())
                rows.index = rows.index or table.index or ""

    def tables(self, *where: str) -> MemoryRecords:
        """Return a table without a sort key, by its name or by its owner and name.

        Raises:
            LookupError: no service declares it, or several own a table of that name.
        """
        owner, name = find_table(where, self._declared, rows=False)
        return self.records(f"{owner}-{name}")

    def rows(self, *where: str) -> MemoryRows:
        """Return a table with a sort key, by its name or by its owner and name.

        Raises:
            LookupError: no service declares it, or several own a table of that name.
        """
        return self._rows[find_table(where, self._declared, rows=True)]

    def of(self, service: Service) -> "TablesOfService":
        """Return the tables as a service's code names them."""
        return TablesOfService(self, service)

    def clear(self) -> None:
        """Remove all rows and items."""
        self.records.clear()
        for rows in self._rows.values():
            rows.clear()

    def all_rows(self) -> dict[str, list[Row]]:
        """Return the rows of every table, by the table's owner and name."""
        return {f"{owner}-{name}": list(rows.all()) for (owner, name), rows in self._rows.items()}


class TablesOfService:
    """The tables that a service declares, by the name that its declaration gives them."""

    def __init__(self, tables: OwnTables, service: Service) -> None:
        self._tables = tables
        self._service = service.name
        self._places = {table.name: _place(service, table) for table in service.possible_tables}

    def records(self, name: str) -> MemoryRecords:
        """Return a table without a sort key."""
        return self._tables.tables(*self._place(name))

    def rows(self, name: str) -> MemoryRows:
        """Return a table with a sort key."""
        return self._tables.rows(*self._place(name))

    def _place(self, name: str) -> Place:
        if name not in self._places:
            raise LookupError(
                f"{self._service} declares no table {name!r}; it has {_listed(self._places)}"
            )
        return self._places[name]


def find_table(where: tuple[str, ...], declared: "dict[Place, Table]", *, rows: bool) -> Place:
    """Return the owner and name of a declared table, given both or the name alone.

    Raises:
        LookupError: no service declares it, several own a table of that name, or `rows` does not
            fit: tables with a sort key hold rows, and others hold records.
    """
    found = [place for place in declared if place[-len(where) :] == where]
    if not found:
        known = (" ".join(place) for place in declared)
        raise LookupError(f"there is no table {' '.join(where)!r}; there are: {_listed(known)}")
    if len(found) > 1:
        owners = " and ".join(owner for owner, _ in found)
        raise LookupError(
            f"{owners} own tables named {where[0]!r}: give owner and name, such as"
            f" {found[0][0]!r}, {found[0][1]!r}"
        )
    if bool(declared[found[0]].sort) != rows:
        holds = "holds rows: use rows(...)" if not rows else "has no sort key: use tables(...)"
        raise LookupError(f"the table {' '.join(found[0])} {holds}")
    return found[0]


def _place(service: Service, table: Table) -> Place:
    return (table.owner or service.name, table.name)


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(sorted(names)) or "none"
