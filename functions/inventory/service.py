"""Declaration of inventory: its subscriptions, reactions and table."""

from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockRejected, StockReleased, StockReserved, StockVoided
from events.contracts.ordering import OrderCancelled
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.framework.table import Table
from functions.inventory.reactions import STOCK, release, reserve

SERVICE = Consumer(
    name="inventory",
    on=(
        On(
            event=OrderPlaced,
            react=reserve,
            states=(StockReserved, StockRejected, StockVoided),
            history=True,
        ),
        On(
            event=OrderCancelled,
            react=release,
            states=(StockReleased, StockVoided),
            spared_by=(StockRejected,),
            history=True,
        ),
    ),
    tables=(Table(name=STOCK, key="sku", access=frozenset({"change"})),),
    replayable=True,
)
