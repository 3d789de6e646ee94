"""Declaration of checkout: its routes, endpoints and tables."""

from events.order_list import CUSTOMER, LIST, OWNER, PLACE
from functions.checkout.catalogue import CATALOGUE, Catalogue
from functions.checkout.listing import ListOrders
from functions.checkout.orders import Orders
from functions.checkout.place import PlaceOrder
from functions.checkout.products import ListProducts
from functions.checkout.routes import ROUTES
from functions.framework.api import Api
from functions.framework.http import Endpoint
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Resources
from functions.framework.table import Table


def endpoints(log: Log, resources: Resources) -> dict[str, Endpoint]:
    """Return checkout's endpoints by name."""
    clock = resources.clock
    catalogue = Catalogue(resources.tables(CATALOGUE), resources)
    orders = Orders(log, clock)
    return {
        "products": ListProducts(catalogue),
        "place": PlaceOrder(log, catalogue, clock),
        "list": ListOrders(resources.rows(LIST)),
        "show": orders.show,
        "cancel": orders.cancel,
    }


SERVICE = Api(
    name="checkout",
    timeout=10,
    memory=1024,
    routes=ROUTES,
    direct="place",
    build=endpoints,
    alarms=(Outcome.UNREADABLE_ROW, Outcome.STALE),
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
