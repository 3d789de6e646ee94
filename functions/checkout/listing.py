"""A customer's own orders, the newest first and a page at a time, as the projection has them."""

import base64
import re
from contextlib import suppress
from typing import Annotated

import msgspec

from events.order_list import Listed, unflat
from functions.checkout.identity import customer_key, letters
from functions.framework.http import Problem, Request, Response
from functions.framework.ports import Rows

MOST = 100
USUAL = 20
"""Orders of a page: at most, and for those who do not say."""

Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST)]

_LONGEST = 200
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a customer's orders, and the cursor to ask for older ones with, if there are any."""

    orders: tuple[Listed, ...]
    cursor: str | None = None


class Listing:
    """`GET /orders`."""

    def __init__(self, rows: Rows) -> None:
        """Take the projection's table."""
        self._rows = rows

    def __call__(self, request: Request) -> Response:
        """Answer with a page of the caller's list; it may lag behind the log by a moment.

        Whose list it is, the token alone says. One query, for one row more than is shown.
        """
        if request.caller is None:
            raise Problem(
                404,
                "no-such-route",
                "This shop is open to guests, whose orders it does not list. Look at one by"
                " GET /orders/{id}, with the key that it was placed with.",
            )
        customer = customer_key(request.caller.issuer, request.caller.subject)
        limit = _limit(request.query.get("limit"))
        after = _place(request.query.get("cursor"), customer)
        rows = self._rows.page(customer, limit=limit + 1, after=after, newest_first=True)
        shown = rows[:limit]
        return Response(
            body=Page(
                orders=tuple(unflat(row.sort, row.values) for row in shown),
                cursor=_cursor(shown[-1].sort, customer) if len(rows) > limit else None,
            )
        )


def _limit(given: str | None) -> int:
    if given is None:
        return USUAL
    if not _NUMBER.fullmatch(given) or int(given) > MOST:
        raise Problem(
            400, "malformed-query", f"`limit` must be a number from 1 to {MOST}.", field="limit"
        )
    return int(given)


def _cursor(place: str, customer: str) -> str:
    """Return the cursor that goes on after a place, for this customer only.

    Its checksum is no secret: it tells mistakes. Whose rows are read never depends on a cursor.
    """
    said = f"{place}\n{letters(f'{customer}\n{place}')}".encode()
    return base64.urlsafe_b64encode(said).decode()


def _place(cursor: str | None, customer: str) -> str | None:
    """Return the place after which a cursor goes on, if one is given."""
    if cursor is None:
        return None
    with suppress(ValueError):
        said = base64.urlsafe_b64decode(cursor[:_LONGEST]).decode()
        place = said.partition("\n")[0]
        if place and _cursor(place, customer) == cursor:
            return place
    raise Problem(
        400,
        "malformed-query",
        "`cursor` must be one that your list was answered with; leave it out to begin anew.",
        field="cursor",
    )
