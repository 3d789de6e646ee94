"""An invented consumer that answers HTTP requests: the points of an order and of a customer."""

from typing import Any

import msgspec

from events.contracts.checkout import OrderPlaced
from events.envelope import Event
from functions.framework.http import Endpoint, Problem, Request, Response
from functions.framework.ports import Resources, Row, Rows
from functions.framework.reaction import Keep, On
from functions.framework.routes import Answer, DeclaredProblem, Header, Param, Route
from functions.framework.service import Consumer
from functions.framework.table import Table

POINTS = "examplepoints"
OF_AN_ORDER = "GET /examplepoints/{id}"
OF_A_CUSTOMER = "GET /examplepoints"
RETRY = {"retry-after": "5"}


class Points(msgspec.Struct, frozen=True):
    """The points of an order, or of all orders of a customer."""

    points: int


def keep(placed: Event[OrderPlaced]) -> Keep:
    row = Row(
        partition=placed.data.customer or "guest",
        sort=placed.subject,
        values={"points": placed.data.total.amount // 100},
    )
    return Keep(table=POINTS, rows=(row,))


class OfAnOrder:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __call__(self, request: Request) -> Response:
        row = self._rows.get("guest", request.path["id"])
        if row is None:
            raise Problem(404, "no-points", "Ask again later.", headers=RETRY)
        return Response(body=Points(points=int(row.values["points"])))


class OfACustomer:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __call__(self, request: Request) -> Response:
        if request.caller is None:
            raise Problem(404, "no-points", "Guests have no account.", headers=RETRY)
        found = self._rows.page(request.caller.customer, limit=9)
        return Response(body=Points(points=sum(int(row.values["points"]) for row in found)))


def endpoints(resources: Resources) -> dict[str, Endpoint]:
    rows = resources.rows(POINTS)
    return {"order": OfAnOrder(rows), "customer": OfACustomer(rows)}


_ID = Param(name="id", where="path", form=str, about="The order's id.", required=True)
_RETRY = Header(name="Retry-After", form=int, about="Seconds to wait.")
_COMMON: Any = {
    "method": "GET",
    "summary": "Show points",
    "answers": (Answer(about="The points.", body=Points),),
    "problems": (
        DeclaredProblem(status=404, kind="no-points", about="There are none.", headers=(_RETRY,)),
    ),
}
ROUTES = (
    Route(
        path="/examplepoints/{id}",
        endpoint="order",
        rate=20,
        burst=40,
        public=True,
        params=(_ID,),
        **_COMMON,
    ),
    Route(
        path="/examplepoints", endpoint="customer", rate=10, burst=30, bearer=("jwt",), **_COMMON
    ),
)
EXAMPLE = Consumer(
    name="exampleloyalty",
    on=(On(event=OrderPlaced, react=keep),),
    tables=(
        Table(name=POINTS, key="customer", sort="order", access=frozenset({"put", "get", "page"})),
    ),
    routes=ROUTES,
    endpoints=endpoints,
)
