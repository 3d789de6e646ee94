"""Payments for real, where a stage chooses so: only then is Stripe's library imported."""

from typing import TYPE_CHECKING

from functions.framework.ports import Resources

if TYPE_CHECKING:
    from functions.payment.stripe.gateway import StripeGateway


def stripe_gateway(resources: Resources) -> "StripeGateway":
    """Return the gateway to Stripe; the key is read when the first order is charged."""
    from functions.payment.stripe.calls import StripeCalls
    from functions.payment.stripe.gateway import StripeGateway

    if resources.secret is None:
        raise ValueError("Stripe needs its key: say secret=True where the adapter is declared")
    return StripeGateway(StripeCalls(resources.secret))
