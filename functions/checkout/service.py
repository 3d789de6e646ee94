"""Checkout's row: its routes, and how its endpoints are made."""

from events.order_list import CUSTOMER, LIST, OWNER, PLACE
from functions.checkout import interface
from functions.checkout.catalogue import CATALOGUE, Catalogue
from functions.checkout.listing import Listing
from functions.checkout.orders import Orders
from functions.checkout.place import Placing
from functions.checkout.request import Wanted
from functions.framework.http import Endpoint, Response
from functions.framework.ports import Log, Resources
from functions.framework.routes import Route
from functions.framework.service import Api, Table


def endpoints(log: Log, resources: Resources) -> dict[str, Endpoint]:
    """Return checkout's endpoints by name."""
    clock = resources.clock
    catalogue = Catalogue(resources.tables(CATALOGUE), clock)
    orders = Orders(log, clock)
    return {
        "products": lambda _: Response(
            body=catalogue.products(),
            headers={"cache-control": "max-age=60"},
        ),
        "place": Placing(log, catalogue, clock),
        "list": Listing(resources.rows(LIST)),
        "show": orders.show,
        "cancel": orders.cancel,
    }


SERVICE = Api(
    name="checkout",
    timeout=10,
    memory=1024,
    routes=(
        Route(
            method="GET",
            path="/products",
            endpoint="products",
            rate=200,
            burst=400,
            public=True,
            summary="See what the shop sells",
            answers=(interface.SOLD,),
        ),
        Route(
            method="POST",
            path="/checkout",
            endpoint="place",
            rate=100,
            burst=200,
            summary="Place an order",
            params=(interface.KEY, interface.TRACE),
            takes=Wanted,
            answers=(interface.PLACED,),
            problems=interface.NOT_PLACED,
            bearer=("", "jwt"),
        ),
        Route(
            method="GET",
            path="/orders",
            endpoint="list",
            rate=100,
            burst=200,
            summary="List your orders",
            params=(interface.LIMIT, interface.CURSOR),
            answers=(interface.LISTED,),
            problems=(interface.MALFORMED_QUERY, interface.NO_LIST),
            bearer=("jwt",),
        ),
        Route(
            method="GET",
            path="/orders/{id}",
            endpoint="show",
            rate=200,
            burst=400,
            summary="See what became of an order",
            params=(interface.ORDER, interface.SEEN),
            answers=(interface.SHOWN, interface.UNCHANGED),
            problems=(interface.NO_SUCH_ORDER,),
            bearer=("key", "jwt"),
        ),
        Route(
            method="POST",
            path="/orders/{id}/cancel",
            endpoint="cancel",
            rate=20,
            burst=40,
            summary="Cancel an order",
            params=(interface.ORDER,),
            answers=(interface.SHOWN,),
            problems=(interface.NO_SUCH_ORDER, interface.TOO_LATE),
            bearer=("key", "jwt"),
        ),
    ),
    direct="place",
    build=endpoints,
    tables=(
        Table(name=CATALOGUE, key="sku", access=frozenset({"list", "get"})),
        Table(
            name=LIST,
            key=CUSTOMER,
            sort=PLACE,
            access=frozenset({"page"}),
            owner=OWNER,
            callers=True,
        ),
    ),
)
