"""Declaration of shipping: its subscription, reaction and adapters."""

from events.contracts.ordering import OrderConfirmed
from events.contracts.shipping import DispatchScheduled
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer
from functions.framework.table import Table
from functions.shipping.reactions import dispatch
from functions.shipping.sandbox import PARCELS, sandbox

SERVICE = Consumer(
    name="shipping",
    on=(
        On(
            event=OrderConfirmed,
            react=dispatch,
            states=(DispatchScheduled,),
            history=True,
            outside=True,
        ),
    ),
    effects={"book": "order"},
    adapters=(
        Adapter(
            name="sandbox",
            build=sandbox,
            tables=(Table(name=PARCELS, key="order", access=frozenset({"get", "put"})),),
        ),
    ),
)
