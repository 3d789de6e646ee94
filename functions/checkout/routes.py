"""What checkout's routes take and answer, in words: docs/openapi.json is made of it."""

from typing import Annotated, Literal

import msgspec

from events.money import Money
from events.order import Order
from functions.checkout.catalogue import Products
from functions.checkout.listing import USUAL, Limit, Page
from functions.checkout.place import Accepted
from functions.checkout.request import Wanted
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
    about="The same key is the same order and the same answer, however often it is sent. It opens a"
    " guest's order later on, so keep it secret. One is made up if it is left out.",
)
TRACE = Param(
    name="traceparent",
    where="header",
    form=str,
    about="The caller's trace (W3C Trace Context), which the order's events go on with. A new one"
    " begins if it is left out or of another form.",
)
ORDER = Param(
    name="id",
    where="path",
    form=OrderId,
    about="The order's id, from where it was placed.",
    required=True,
)
SEEN = Param(
    name="If-None-Match",
    where="header",
    form=str,
    about="The ETag of what the caller has; nothing is sent again if it is still so.",
)
LIMIT = Param(
    name="limit",
    where="query",
    form=Limit,
    about=f"Orders to answer with at most; {USUAL} if it is left out.",
)
CURSOR = Param(
    name="cursor",
    where="query",
    form=str,
    about="The cursor of the answer before, to go on after it.",
)

# -- answers ---------------------------------------------------------------------------------------

ETAG = Header(name="ETag", form=Etag, about="Changes with each fact about the order.")
RETRY = Header(
    name="Retry-After",
    form=Seconds,
    about="Seconds until it is worth asking again; there while the order is moving.",
    always=False,
)

SOLD = Answer(
    about="The catalogue.",
    body=Products,
    headers=(
        Header(
            name="Cache-Control",
            form=Literal["max-age=60"],
            about="A price may be a minute old; `expected_total` guards against a new one.",
        ),
    ),
)
PLACED = Answer(
    about="The order is placed, now or before; services will react to it.",
    body=Accepted,
    headers=(
        Header(name="Location", form=str, about="Where to look at the order."),
        Header(name="Idempotency-Key", form=Uuid, about="The key that opens the order."),
    ),
)
LISTED = Answer(
    about="The caller's orders, the newest first. The list may be a moment behind: an order is"
    " known by its id at once, and is listed soon.",
    body=Page,
)
SHOWN = Answer(about="The order as the log tells it.", body=Order, headers=(ETAG, RETRY))
UNCHANGED = Answer(about="It is as the caller has it.", status=304, headers=(ETAG, RETRY))

# -- problems --------------------------------------------------------------------------------------

NO_SUCH_ORDER = DeclaredProblem(
    status=404,
    kind="no-such-order",
    about="There is no such order, or the bearer token does not open it.",
)
NO_LIST = DeclaredProblem(
    status=404,
    kind="no-such-route",
    about="The stage has no OIDC issuer, and the orders of guests are not listed.",
)
MALFORMED_QUERY = DeclaredProblem(
    status=400, kind="malformed-query", about="A query parameter is wrong: `field` names it."
)
TOO_LATE = DeclaredProblem(
    status=409, kind="already-confirmed", about="The order was confirmed and is on its way."
)
NOT_PLACED = (
    DeclaredProblem(status=400, kind="malformed-body", about="The body is not valid JSON."),
    DeclaredProblem(status=400, kind="malformed-key", about="The Idempotency-Key is no UUID."),
    DeclaredProblem(
        status=409,
        kind="price-changed",
        about="The total is not the expected one; this is the total now.",
        more={"total": Money},
    ),
    DeclaredProblem(
        status=415, kind="wrong-content-type", about="The body is not application/json."
    ),
    DeclaredProblem(
        status=422, kind="invalid-request", about="A member is missing, wrong or unknown."
    ),
    DeclaredProblem(status=422, kind="unknown-sku", about="The shop does not sell that."),
    DeclaredProblem(
        status=422, kind="mixed-currencies", about="The lines are priced in several currencies."
    ),
    DeclaredProblem(
        status=422, kind="key-reused", about="The Idempotency-Key was used for another order."
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
        summary="See what the shop sells",
        answers=(SOLD,),
    ),
    Route(
        method="POST",
        path="/checkout",
        endpoint="place",
        rate=100,
        burst=200,
        summary="Place an order",
        params=(KEY, TRACE),
        takes=Wanted,
        answers=(PLACED,),
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
        answers=(LISTED,),
        problems=(MALFORMED_QUERY, NO_LIST),
        bearer=("jwt",),
    ),
    Route(
        method="GET",
        path="/orders/{id}",
        endpoint="show",
        rate=200,
        burst=400,
        summary="See what became of an order",
        params=(ORDER, SEEN),
        answers=(SHOWN, UNCHANGED),
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
        answers=(SHOWN,),
        problems=(NO_SUCH_ORDER, TOO_LATE),
        bearer=("key", "jwt"),
    ),
)
