"""Errors about the Stripe key, with instructions for the operator; they never quote the key."""

from functions.framework.ports import SafeToLog
from functions.payment.gateway import GatewayUnavailable

STORE_IT = (
    "put it, and nothing else, into the secret that the function's FANFARE_SECRET names:"
    " aws secretsmanager put-secret-value --secret-id … --secret-string file://…"
)
UNKNOWN_KEY = (
    f"Stripe does not know the key: it is wrong, or was revoked. Create a new one and {STORE_IT}"
)
NOT_ALLOWED = (
    "Stripe does not allow the key to do this. A restricted key must be allowed to write"
    " PaymentIntents and Refunds: allow it in Stripe's dashboard, or take another key and"
    f" {STORE_IT}"
)
OTHER_MODE = (
    "The key is of Stripe's other mode: it is for test, and the shop's cards and payments are live,"
    f" or the other way round. Take the key of the same mode and {STORE_IT}"
)
OTHER_MODE_SIGN = "a similar object exists in "
"""Part of Stripe's message about a key of the wrong mode, for which there is no error code."""


class KeyMissing(GatewayUnavailable, SafeToLog):
    """The secret cannot be read, or its value cannot be a key."""


class KeyRefused(GatewayUnavailable, SafeToLog):
    """Stripe refuses the key: it is wrong or revoked, or lacks a permission."""


def valid_key(key: str) -> str:
    """Return the key without the white space around it.

    Raises:
        KeyMissing: it cannot be a secret key; the error of a request would quote it.
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
        f" PaymentIntents and Refunds, from Stripe's dashboard and {STORE_IT}"
    )
