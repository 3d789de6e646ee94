"""Proof of orders: the list may lag behind the log, and is never ahead of it."""

from events.order_list import LIST, entry_version, order_at
from functions.framework.ports import Row
from functions.framework.proof import Proof, Shop
from functions.orders.projection import row as row_of


def the_list_is_never_ahead_of_the_log(shop: Shop, row: Row) -> bool:
    """A list row counts no more facts than the log has, and equals the fold of as many."""
    history = shop.history(order_at(row.sort))
    return row.version is not None and (
        row.version < entry_version(history) or row == row_of(history)
    )


def the_list_matches_the_log(shop: Shop, order: str) -> bool:
    """An order's row in the list is the fold of its log."""
    made = row_of(shop.history(order))
    return made is not None and shop.rows(LIST).get(made.partition, made.sort) == made


PROOF = Proof(
    of_rows={LIST: (the_list_is_never_ahead_of_the_log,)}, at_rest=(the_list_matches_the_log,)
)
