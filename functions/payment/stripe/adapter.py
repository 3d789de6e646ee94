"""Builder of the Stripe adapter; it imports Stripe's library on the stages that choose it."""

from functions.framework.ports import Resources
from functions.payment.free import WithFreeOrders


def stripe_gateway(resources: Resources) -> WithFreeOrders:
    """Return the gateway to Stripe; it reads the key at the first charge."""
    from functions.payment.stripe.calls import StripeCalls
    from functions.payment.stripe.gateway import StripeGateway

    if resources.secret is None:
        raise ValueError("Stripe needs its key: declare the adapter with secret=True")
    return WithFreeOrders(StripeGateway(StripeCalls(resources.secret)))
