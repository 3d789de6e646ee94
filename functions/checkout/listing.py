"""Order list: a customer's own orders from the projection, the newest first, in pages."""

import base64
from contextlib import suppress
from typing import Annotated

import msgspec

from events.order_list import Listed, from_values
from functions.checkout.query import number
from functions.framework.customer import short_hash
from functions.framework.http import Problem, Request, Response
from functions.framework.ports import Rows

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
"""Orders in a page: the largest `limit`, and the default."""

Limit = Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)]

_MAX_CURSOR = 200


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a customer's orders, and the cursor of the next page, if there are older ones."""

    orders: tuple[Listed, ...]
    cursor: str | None = None


class ListOrders:
    """`GET /orders`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __call__(self, request: Request) -> Response:
        """Return a page of the caller's list; it may lag behind the log by a moment.

        Only the token decides whose list it is. One query reads one row more than is shown.
        """
        if request.caller is None:
            raise Problem(
                404,
                "no-such-route",
                "This shop takes orders from guests and does not list them. Read one with"
                " GET /orders/{id} and the key that it was placed with.",
            )
        customer = request.caller.customer
        limit = number(request, "limit", most=MAX_LIMIT, default=DEFAULT_LIMIT)
        after = _place(request.query.get("cursor"), customer)
        rows = self._rows.page(customer, limit=limit + 1, after=after, newest_first=True)
        shown = rows[:limit]
        return Response(
            body=Page(
                orders=tuple(from_values(row.sort, row.values) for row in shown),
                cursor=_cursor(shown[-1].sort, customer) if len(rows) > limit else None,
            )
        )


def _cursor(place: str, customer: str) -> str:
    """Return the cursor that continues after a place, for this customer only.

    Its checksum is not a secret; it detects mistakes. A cursor never decides whose rows are read.
    """
    text = f"{place}\n{short_hash(f'{customer}\n{place}')}".encode()
    return base64.urlsafe_b64encode(text).decode()


def _place(cursor: str | None, customer: str) -> str | None:
    """Return the place after which the cursor continues, or None without a cursor."""
    if cursor is None:
        return None
    with suppress(ValueError):
        text = base64.urlsafe_b64decode(cursor[:_MAX_CURSOR]).decode()
        place = text.partition("\n")[0]
        if place and _cursor(place, customer) == cursor:
            return place
    raise Problem(
        400,
        "malformed-query",
        "`cursor` must come from the page before; leave it out to start with the newest order.",
        field="cursor",
    )
