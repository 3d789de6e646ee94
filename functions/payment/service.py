"""Payment's row: what it hears, what it does, what it owns."""

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer, Table
from functions.payment.reactions import charge, undo
from functions.payment.sandbox import LEDGER, sandbox
from functions.payment.stripe.adapter import stripe_gateway

SERVICE = Consumer(
    name="payment",
    timeout=75,
    batch=5,
    on=(
        On(
            event=OrderPlaced,
            react=charge,
            states=(PaymentCaptured, PaymentDeclined, PaymentVoided),
            history=True,
            outside=True,
        ),
        On(
            event=OrderCancelled,
            react=undo,
            states=(PaymentVoided, PaymentRefunded),
            spared_by=(PaymentDeclined,),
            history=True,
            outside=True,
        ),
    ),
    adapters=(
        Adapter(
            name="sandbox",
            build=sandbox,
            tables=(Table(name=LEDGER, key="reference", access=frozenset({"get", "put"})),),
        ),
        Adapter(name="stripe", build=stripe_gateway, secret=True, library="stripe"),
    ),
)
"""Its time is for Stripe: two calls of the port at their slowest have room in what is left when the
last message is begun (`functions.runtime.handlers.consumer`), and a batch is begun by then on a
usual day."""
