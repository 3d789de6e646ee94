"""Checkout's routes with their requests and answers; docs/openapi.json is generated from them."""

from typing import Annotated, Literal

import msgspec

from events.money import Money
from events.order import Order
from functions.checkout.listing import DEFAULT_LIMIT, Limit, Page
from functions.checkout.place import Accepted
from functions.checkout.products import MAX_LIMIT, Products
from functions.checkout.products import Limit as ProductsLimit
from functions.checkout.request import OrderRequest
from functions.framework.routes import Answer, DeclaredProblem, Header, Param, Route

Uuid = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z",
        examples=["9b0f3b1e-6c0e-4a58-9c37-5a1de0f4b7c2"],
    ),
]
OrderId = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9A-HJKMNP-TV-Z]{26}\Z",
        examples=["1AYP3R5Q4DQJKR1RWNW0AQ89F6"],
    ),
]
Etag = Annotated[
    str, msgspec.Meta(pattern=r'^"[0-9]+-[0-9.]+"\Z', examples=['"6-1795425247453.0000"'])
]
Seconds = Annotated[int, msgspec.Meta(ge=1, examples=[5])]

# -- requests --------------------------------------------------------------------------------------

KEY = Param(
    name="Idempotency-Key",
    where="header",
    form=Uuid,
    about="Requests with the same key place one order and get the same answer; `payment_token` and"
    " `expected_total` may differ. The key also opens a guest's order later, so keep it secret. It"
    " may be in double quotes. The shop generates a key if it is left out.",
)
TRACE = Param(
    name="traceparent",
    where="header",
    form=str,
    about="The caller's trace (W3C Trace Context); the order's events continue it. A new trace"
    " starts if it is left out or invalid.",
)
ORDER = Param(
    name="id",
    where="path",
    form=OrderId,
    about="The order's id, from the answer that placed it.",
    required=True,
)
IF_NONE_MATCH = Param(
    name="If-None-Match",
    where="header",
    form=str,
    about="The ETag of the caller's version; the answer is 304 if the order has not changed.",
)
LIMIT = Param(
    name="limit",
    where="query",
    form=Limit,
    about=f"The largest number of orders in the page; {DEFAULT_LIMIT} if it is left out.",
)
CURSOR = Param(
    name="cursor",
    where="query",
    form=str,
    about="The cursor of the page before, to continue after it.",
)

PRODUCTS_LIMIT = Param(
    name="limit",
    where="query",
    form=ProductsLimit,
    about=f"The largest number of products in the page; {MAX_LIMIT} if it is left out.",
)

# -- answers ---------------------------------------------------------------------------------------

ETAG = Header(name="ETag", form=Etag, about="Changes with each new event of the order.")
LOCATION = Header(name="Location", form=str, about="The address of the order.")
RETRY = Header(
    name="Retry-After",
    form=Seconds,
    about="Seconds to wait before the next request; present while the order is in progress.",
    always=False,
)

PRODUCTS = Answer(
    about="The products that the shop sells, by SKU.",
    body=Products,
    headers=(
        Header(
            name="Cache-Control",
            form=Literal["max-age=60", "no-store"],
            about="A price may be a minute old; `expected_total` protects against a new one. It is"
            " `no-store` while the products are stale.",
        ),
    ),
)
ORDER_PLACED = Answer(
    about="The order is placed, by this request or an earlier one; services will process it.",
    body=Accepted,
    headers=(
        LOCATION,
        Header(name="Idempotency-Key", form=Uuid, about="The key that opens the order."),
    ),
)
ORDERS_FOUND = Answer(
    about="The caller's orders, the newest first. The list may lag by a moment: a new order can be"
    " read by its id at once, and is listed soon.",
    body=Page,
)
ORDER_FOUND = Answer(about="The order, folded from its events.", body=Order, headers=(ETAG, RETRY))
UNCHANGED = Answer(about="The order has not changed.", status=304, headers=(ETAG, RETRY))

# -- problems --------------------------------------------------------------------------------------

NO_SUCH_ORDER = DeclaredProblem(
    status=404,
    kind="no-such-order",
    about="There is no such order, or the bearer token does not open it.",
)
NO_ORDER_LIST = DeclaredProblem(
    status=404,
    kind="no-such-route",
    about="The stage has no OIDC issuer, and guests have no order list.",
)
MALFORMED_QUERY = DeclaredProblem(
    status=400, kind="malformed-query", about="A query parameter is invalid; `field` names it."
)
ALREADY_CONFIRMED = DeclaredProblem(
    status=409,
    kind="already-confirmed",
    about="The order is already confirmed and can no longer be cancelled.",
)
NOT_PLACED = (
    DeclaredProblem(status=400, kind="malformed-body", about="The body is not valid JSON."),
    DeclaredProblem(status=400, kind="malformed-key", about="The Idempotency-Key is not a UUID."),
    DeclaredProblem(
        status=409,
        kind="price-changed",
        about="The total differs from `expected_total`; `total` is the new one.",
        more={"total": Money},
    ),
    DeclaredProblem(
        status=415, kind="wrong-content-type", about="The body is not application/json."
    ),
    DeclaredProblem(
        status=422, kind="invalid-request", about="A member is missing, invalid or unknown."
    ),
    DeclaredProblem(status=422, kind="unknown-sku", about="There is no such product."),
    DeclaredProblem(
        status=422, kind="mixed-currencies", about="The lines have several currencies."
    ),
    DeclaredProblem(
        status=422,
        kind="key-reused",
        about="The Idempotency-Key has placed another order, whose id is `order`.",
        more={"order": OrderId},
        headers=(LOCATION,),
    ),
)

# -- routes ----------------------------------------------------------------------------------------

ROUTES = (
    Route(
        method="GET",
        path="/products",
        endpoint="products",
        rate=200,
        burst=400,
        public=True,
        summary="List the products",
        params=(PRODUCTS_LIMIT, CURSOR),
        answers=(PRODUCTS,),
        problems=(MALFORMED_QUERY,),
    ),
    Route(
        method="POST",
        path="/checkout",
        endpoint="place",
        rate=100,
        burst=200,
        summary="Place an order",
        params=(KEY, TRACE),
        takes=OrderRequest,
        answers=(ORDER_PLACED,),
        problems=NOT_PLACED,
        bearer=("", "jwt"),
    ),
    Route(
        method="GET",
        path="/orders",
        endpoint="list",
        rate=100,
        burst=200,
        summary="List your orders",
        params=(LIMIT, CURSOR),
        answers=(ORDERS_FOUND,),
        problems=(MALFORMED_QUERY, NO_ORDER_LIST),
        bearer=("jwt",),
    ),
    Route(
        method="GET",
        path="/orders/{id}",
        endpoint="show",
        rate=200,
        burst=400,
        summary="Show an order",
        params=(ORDER, IF_NONE_MATCH),
        answers=(ORDER_FOUND, UNCHANGED),
        problems=(NO_SUCH_ORDER,),
        bearer=("key", "jwt"),
    ),
    Route(
        method="POST",
        path="/orders/{id}/cancel",
        endpoint="cancel",
        rate=20,
        burst=40,
        summary="Cancel an order",
        params=(ORDER,),
        answers=(ORDER_FOUND,),
        problems=(NO_SUCH_ORDER, ALREADY_CONFIRMED),
        bearer=("key", "jwt"),
    ),
)
