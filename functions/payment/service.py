"""Declaration of payment: its subscriptions, reactions, tables and adapters."""

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer
from functions.framework.table import Table
from functions.payment.reactions import charge, void_or_refund
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
            react=void_or_refund,
            states=(PaymentVoided, PaymentRefunded),
            spared_by=(PaymentDeclined,),
            history=True,
            outside=True,
        ),
    ),
    effects={"confirm": "reference", "cancel": "reference"},
    adapters=(
        Adapter(
            name="sandbox",
            build=sandbox,
            tables=(Table(name=LEDGER, key="reference", access=frozenset({"get", "put"})),),
        ),
        Adapter(name="stripe", build=stripe_gateway, secret=True, library="stripe"),
    ),
)
"""The timeout is sized for Stripe. Two port calls at their slowest fit into the time that is left
when the last message is begun (`functions.runtime.handlers.consumer`); on a usual day the whole
batch is begun by then."""
