"""The map: one row for each service; everything else is derived from it."""

from functions.analytics.service import SERVICE as ANALYTICS
from functions.checkout.service import SERVICE as CHECKOUT
from functions.email.service import SERVICE as EMAIL
from functions.framework.api import Api, distinct
from functions.framework.service import Consumer, Relay, Service
from functions.inventory.service import SERVICE as INVENTORY
from functions.ordering.service import SERVICE as ORDERING
from functions.orders.service import SERVICE as ORDERS
from functions.payment.service import SERVICE as PAYMENT
from functions.relay.service import SERVICE as RELAY
from functions.shipping.service import SERVICE as SHIPPING

API: Api = CHECKOUT
BUS: Relay = RELAY
CONSUMERS: tuple[Consumer, ...] = (
    PAYMENT,
    INVENTORY,
    ORDERING,
    SHIPPING,
    EMAIL,
    ORDERS,
    ANALYTICS,
)

SERVICES: tuple[Service, ...] = distinct(API, BUS, *CONSUMERS)
