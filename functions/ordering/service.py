"""Declaration of ordering: its subscriptions and its reaction."""

from events.contracts.inventory import StockRejected, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentDeclined
from events.envelope import Fact
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.ordering.reactions import decide

EVENTS: tuple[type[Fact], ...] = (
    PaymentCaptured,
    PaymentDeclined,
    StockReserved,
    StockRejected,
    OrderStalled,
)

SERVICE = Consumer(
    name="ordering",
    on=tuple(
        On(
            event=event,
            react=decide,
            states=(OrderConfirmed, OrderCancelled),
            history=True,
        )
        for event in EVENTS
    ),
    replayable=True,
)
