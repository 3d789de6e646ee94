"""Calls of Stripe: with the key of the moment, in bounded time, failures in the port's words."""

from collections.abc import Callable

import stripe

from functions.payment.gateway import GatewayUnavailable
from functions.payment.stripe_key import PUT_IT, KeyMissing, KeyRefused, checked
from functions.runtime.ports import Secret, SecretUnavailable

CONNECT_TIMEOUT = 1
READ_TIMEOUT = 5
RETRIES = 1
"""Seconds, and how often the library tries again at once; after that the queue does."""


class StripeCalls:
    """Asks Stripe; the key is read at the first call, and anew when Stripe does not know it."""

    def __init__(
        self,
        secret: Secret,
        *,
        http: stripe.HTTPClient | None = None,
        base: str = stripe.DEFAULT_API_BASE,
    ) -> None:
        """Take where the key is, and what speaks HTTP with which host."""
        stripe.enable_telemetry = False  # it would leave a file in the home folder
        self._secret = secret
        self._http = http or stripe.RequestsClient(timeout=(CONNECT_TIMEOUT, READ_TIMEOUT))
        self._base = base
        self._key = ""
        self._client: stripe.StripeClient | None = None

    def __call__[T](self, ask: Callable[[stripe.StripeClient], T]) -> T:
        """Return what Stripe answers.

        Raises:
            KeyMissing, KeyRefused: there is no key, or Stripe does not take it.
            GatewayUnavailable: there was no answer, or none of use.
            stripe.CardError, stripe.InvalidRequestError: Stripe will not do what was asked.
        """
        known = self._key
        answer, refused = _try(ask, self._client_with(self._read()))
        if refused == "unknown" and known in ("", self._key):
            stale = self._key
            if self._read(fresh=True) != stale:
                answer, refused = _try(ask, self._client_with(self._key))
        return answer
