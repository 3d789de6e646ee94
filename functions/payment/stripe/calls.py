"""Calls of Stripe: with the key of the moment, in bounded time, failures in the port's words."""

import time
from collections.abc import Callable

import stripe

from functions.framework.ports import Secret, SecretUnavailable
from functions.payment.gateway import GatewayUnavailable
from functions.payment.stripe.key import (
    ELSEWHERE,
    NOT_ALLOWED,
    OTHER_MODE,
    UNKNOWN,
    KeyMissing,
    KeyRefused,
    checked,
)

CONNECT_TIMEOUT = 1
READ_TIMEOUT = 5
RETRIES = 1
"""Seconds, and how often the library tries again at once; after that it is the queue's to do."""

PATIENCE = 8
"""Seconds after which one call of the port begins no other of Stripe: the next delivery does."""

type Refusal = stripe.CardError | stripe.InvalidRequestError
"""Stripe understood, and will not do it."""

REFUSALS = (stripe.CardError, stripe.InvalidRequestError)
_ABOUT_THE_KEY = (stripe.AuthenticationError, stripe.PermissionError)


class StripeCalls:
    """Asks Stripe; the key is read at the first call, and anew when Stripe does not take it."""

    def __init__(
        self,
        secret: Secret,
        *,
        http: stripe.HTTPClient | None = None,
        base: str = stripe.DEFAULT_API_BASE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where the key is, what speaks HTTP with which host, and what counts seconds."""
        stripe.enable_telemetry = False  # it would leave a file in the home folder
        self._secret = secret
        self._http = http or stripe.RequestsClient(timeout=(CONNECT_TIMEOUT, READ_TIMEOUT))
        self._base = base
        self._monotonic = monotonic
        self._until = float("inf")
        self._clients: dict[str, stripe.StripeClient] = {}

    def begin(self) -> None:
        """Begin a call of the port."""
        self._until = self._monotonic() + PATIENCE

    def __call__[T](self, ask: Callable[[stripe.StripeClient], T]) -> T:
        """Return what Stripe answers.

        Raises:
            KeyMissing, KeyRefused: there is no key, or Stripe does not take it.
            GatewayUnavailable: there was no answer, or none of use.
            stripe.CardError, stripe.InvalidRequestError: Stripe will not do what was asked.
        """
        if self._monotonic() > self._until:
            raise GatewayUnavailable("Stripe takes too long: the rest is for another time")
        tried, refusal = "", UNKNOWN
        for fresh in (False, True):
            key = self._key(fresh=fresh)
            if key == tried:
                break
            tried = key
            try:
                return self._ask(ask, key)
            except stripe.AuthenticationError:
                refusal = UNKNOWN
            except stripe.PermissionError:
                refusal = NOT_ALLOWED
            except stripe.InvalidRequestError as error:
                if ELSEWHERE not in str(error):
                    raise
                refusal = OTHER_MODE
        # Said here and not above: Stripe's own words quote the end of the key, and stay behind.
        raise KeyRefused(refusal)

    def _ask[T](self, ask: Callable[[stripe.StripeClient], T], key: str) -> T:
        try:
            return ask(self._client(key))
        except (*REFUSALS, *_ABOUT_THE_KEY):
            raise
        except stripe.StripeError as error:
            status = f" with {error.http_status}" if error.http_status else ""
            raise GatewayUnavailable(
                f"Stripe did not answer{status} ({type(error).__name__}), or not with an answer"
            ) from error

    def _key(self, *, fresh: bool) -> str:
        try:
            return checked(self._secret(fresh=fresh))
        except SecretUnavailable as error:
            raise KeyMissing(f"There is no key to Stripe. {error}") from error

    def _client(self, key: str) -> stripe.StripeClient:
        if key not in self._clients:
            self._clients = {
                key: stripe.StripeClient(
                    key,
                    http_client=self._http,
                    base_addresses={"api": self._base},
                    max_network_retries=RETRIES,
                )
            }
        return self._clients[key]
