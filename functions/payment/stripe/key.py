"""What may be wrong with the key to Stripe, in words for whoever runs the stage; never the key."""

from functions.framework.ports import Telling
from functions.payment.gateway import GatewayUnavailable

PUT_IT = (
    "put it, and nothing else, into the secret that the function's FANFARE_SECRET names:"
    " aws secretsmanager put-secret-value --secret-id … --secret-string file://…"
)
UNKNOWN = f"Stripe does not know the key: it is wrong, or was revoked. Make a new one and {PUT_IT}"
NOT_ALLOWED = (
    "Stripe does not let the key do this. A restricted key must be allowed to write PaymentIntents"
    f" and Refunds: allow it in Stripe's dashboard, or take another key and {PUT_IT}"
)
OTHER_MODE = (
    "The key is of Stripe's other mode, test for live or live for test, than the shop's cards and"
    f" payments. Take the key of the same mode and {PUT_IT}"
)
ELSEWHERE = "a similar object exists in "
"""So Stripe says, in a message and by no code, that it is the key that is of the wrong mode."""


class KeyMissing(GatewayUnavailable, Telling):
    """There is no key to be had, or what the secret holds cannot be one."""


class KeyRefused(GatewayUnavailable, Telling):
    """Stripe does not take the key: it is wrong or revoked, or may not do what is asked."""


def checked(key: str) -> str:
    """Return a key without the white space around it.

    Raises:
        KeyMissing: it cannot be a secret key; a request with it would quote it in its error.
    """
    key = key.strip()
    if key.startswith("pk_"):
        problem = "holds a publishable key, with which nothing can be charged"
    elif key.startswith(("{", '"')):
        problem = "holds JSON, not the key alone"
    elif not key.startswith(("sk_", "rk_")):
        problem = "holds no key of Stripe's, which begins with sk_ or rk_"
    elif not (key.isascii() and key.replace("_", "").isalnum()):
        problem = "holds more than a key"
    else:
        return key
    raise KeyMissing(
        f"Payment's secret {problem}. Take the secret key, or a restricted one that may write"
        f" PaymentIntents and Refunds, from Stripe's dashboard and {PUT_IT}"
    )
