"""Calls to Stripe: the current key, a time limit, and the port's exceptions."""

import time
from collections.abc import Callable

import stripe

from functions.framework.ports import Secret, SecretUnavailable
from functions.payment.gateway import GatewayUnavailable
from functions.payment.stripe.key import (
    NOT_ALLOWED,
    OTHER_MODE,
    OTHER_MODE_SIGN,
    UNKNOWN_KEY,
    KeyMissing,
    KeyRefused,
    valid_key,
)

CONNECT_TIMEOUT = 1
READ_TIMEOUT = 5
RETRIES = 1
"""Timeouts in seconds, and the library's immediate retries; further retries are the queue's."""

TIME_LIMIT = 8
"""Seconds after which one call of the port begins no further request; the next delivery does."""

type RequestError = stripe.CardError | stripe.InvalidRequestError
"""Stripe understood the request and refused it."""

REQUEST_ERRORS = (stripe.CardError, stripe.InvalidRequestError)
_KEY_ERRORS = (stripe.AuthenticationError, stripe.PermissionError)


class StripeCalls:
    """Sends requests to Stripe; reads the key at the first one, and again if Stripe refuses it.

    `base` is the API's address, `monotonic` a clock in seconds.
    """

    def __init__(
        self,
        secret: Secret,
        *,
        http: stripe.HTTPClient | None = None,
        base: str = stripe.DEFAULT_API_BASE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        stripe.enable_telemetry = False  # telemetry would write a file to the home folder
        self._secret = secret
        self._http = http or stripe.RequestsClient(timeout=(CONNECT_TIMEOUT, READ_TIMEOUT))
        self._base = base
        self._monotonic = monotonic
        self._deadline = float("inf")
        self._clients: dict[str, stripe.StripeClient] = {}

    def start_deadline(self) -> None:
        """Start the time limit of one call of the port."""
        self._deadline = self._monotonic() + TIME_LIMIT

    def __call__[T](self, request: Callable[[stripe.StripeClient], T]) -> T:
        """Send a request and return Stripe's answer.

        Raises:
            KeyMissing, KeyRefused: there is no key, or Stripe refuses it.
            GatewayUnavailable: there was no usable answer.
            stripe.CardError, stripe.InvalidRequestError: Stripe refused the request.
        """
        if self._monotonic() > self._deadline:
            raise GatewayUnavailable("Stripe takes too long: the next delivery continues")
        tried, refusal = "", UNKNOWN_KEY
        for fresh in (False, True):
            key = self._key(fresh=fresh)
            if key == tried:
                break
            tried = key
            try:
                return self._send(request, key)
            except stripe.AuthenticationError:
                refusal = UNKNOWN_KEY
            except stripe.PermissionError:
                refusal = NOT_ALLOWED
            except stripe.InvalidRequestError as error:
                if OTHER_MODE_SIGN not in str(error):
                    raise
                refusal = OTHER_MODE
        # Raised outside the handlers: Stripe's errors quote the end of the key and must not chain.
        raise KeyRefused(refusal)

    def _send[T](self, request: Callable[[stripe.StripeClient], T], key: str) -> T:
        try:
            return request(self._client(key))
        except (*REQUEST_ERRORS, *_KEY_ERRORS):
            raise
        except stripe.StripeError as error:
            status = f", HTTP {error.http_status}" if error.http_status else ""
            raise GatewayUnavailable(
                f"Stripe gave no usable answer: {type(error).__name__}{status}"
            ) from error

    def _key(self, *, fresh: bool) -> str:
        try:
            return valid_key(self._secret(fresh=fresh))
        except SecretUnavailable as error:
            raise KeyMissing(f"There is no Stripe key. {error}") from error

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
