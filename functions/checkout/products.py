"""Endpoint that lists the shop's products, in pages."""

from bisect import bisect_right
from typing import Annotated

import msgspec

from functions.checkout.catalogue import MAX_AGE, Catalogue, Product
from functions.checkout.query import number
from functions.framework.http import Request, Response

MAX_LIMIT = 1000
"""Products in a page, the largest `limit` and the default: less than 1 MB of Lambda's 6 MB."""

Limit = Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)]


class Products(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of products, sorted by SKU.

    `cursor` continues after them, if there are more. They are `stale` while the shop cannot read
    its catalogue.
    """

    products: tuple[Product, ...]
    cursor: str | None = None
    stale: bool = False


class ListProducts:
    """`GET /products`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def __call__(self, request: Request) -> Response:
        """Return a page of products; the cursor is the last SKU of the page before."""
        limit = number(request, "limit", most=MAX_LIMIT, default=MAX_LIMIT)
        products = self._catalogue.products()
        after = request.query.get("cursor", "")
        begin = bisect_right(products, after, key=lambda product: product.sku)
        page = products[begin : begin + limit]
        more = begin + limit < len(products)
        stale = self._catalogue.stale
        return Response(
            body=Products(products=tuple(page), cursor=page[-1].sku if more else None, stale=stale),
            headers={"cache-control": "no-store" if stale else f"max-age={MAX_AGE}"},
        )
