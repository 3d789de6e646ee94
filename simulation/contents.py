"""Contents of a consumer's own tables, and how they changed."""

from collections.abc import Iterator, Mapping

from functions.framework.ports import Value
from functions.framework.service import Consumer
from simulation.state import ShopState

type Contents = Mapping[tuple[str, str, str], Mapping[str, Value]]
"""The values of all rows and items of a consumer, by table and keys."""


def contents(consumer: Consumer, shop: ShopState) -> Contents:
    """Return all that is in the consumer's own tables."""
    found: dict[tuple[str, str, str], Mapping[str, Value]] = {}
    for table in consumer.possible_tables:
        if table.owner not in (None, consumer.name):
            continue
        if table.sort:
            for row in shop.own.rows(consumer.name, table.name).all():
                found[table.name, row.partition, row.sort] = row.values
        else:
            for record in shop.own.items(consumer.name, table.name).all():
                found[table.name, record.key, ""] = record.values
    return found


def changes(before: Contents, after: Contents) -> Iterator[str]:
    """Yield each change in words."""
    for place in sorted({*before, *after}):
        one, other = before.get(place), after.get(place)
        if one != other:
            table, *keys = place
            where = ", ".join(key for key in keys if key)
            yield f"{table} ({where}) had {_shown(one)}, and then {_shown(other)}"


def _shown(values: Mapping[str, Value] | None) -> str:
    return "nothing" if values is None else f"{dict(values)}"
