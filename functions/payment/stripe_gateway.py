"""Payments through Stripe: a PaymentIntent is prepared, confirmed, and cancelled or refunded.

Stripe's words and rules are those of docs.stripe.com/api/payment_intents and /api/refunds. An intent
would take another card after a decline; here a decline is final, so the intent is marked with the
reason (Stripe forgets its own at the next change) and then cancelled. Every call looks first and goes
on from what it finds, whoever died there before.
"""

import time
from collections.abc import Callable

import stripe

from events.money import Money
from functions.payment.gateway import Cancelled, Captured, Confirmation, Declined, GatewayUnavailable
from functions.payment.stripe_calls import REFUSALS, Refusal, StripeCalls
from functions.payment.stripe_money import from_stripe, to_stripe

PATIENCE = 8
"""Seconds after which a call begins no further step; what is left is for the next delivery."""

REFUSED = "refused:"
"""Begins a reference that Stripe never gave: the rest is why it will not even prepare a charge."""

DECLINED = "declined"
"""The name under which an intent's metadata keeps why its charge was declined."""

UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  a reason, no token
UNAUTHENTICATED = "authentication_required"
_FINAL = ("succeeded", "canceled")
_NOT_GIVEN = ("failed", "canceled")

type Step = Callable[[stripe.PaymentIntent], stripe.PaymentIntent]


class StripeGateway:
    """Honours prepare, confirm and cancel, whoever calls them at the same time."""

    def __init__(
        self, calls: StripeCalls, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the calls of Stripe, and a clock that counts seconds."""
        self._calls = calls
        self._monotonic = monotonic

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Create a PaymentIntent for a card; it is not confirmed, and no money moves."""
        units = to_stripe(amount)
        if units is None:
            return REFUSED + "currency_not_supported"
        try:
            intent = self._calls(
                lambda client: client.v1.payment_intents.create(
                    {
                        "amount": units,
                        "currency": amount.currency.lower(),
                        "payment_method": token,
                        "payment_method_types": ["card"],
                        "capture_method": "automatic",
                        "metadata": {"order": order, "token": token},
                    }
                )
            )
        except REFUSALS as error:
            reason = _blame(error)
            if reason is None:
                raise _unexpected(error) from error
            return REFUSED + reason
        return intent.id

    def confirm(self, reference: str) -> Confirmation:
        """Charge the card."""
        if reference.startswith(REFUSED):
            return Declined(reason=reference.removeprefix(REFUSED))
        intent = self._ended(reference, self._confirm)
        if intent.status == "succeeded":
            return Captured(amount=from_stripe(intent.amount, intent.currency))
        # A charge without a mark: somebody cancelled between a decline and its mark.
        reason = _mark(intent) or ("card_declined" if intent.latest_charge else None)
        return Declined(reason=reason) if reason else Cancelled()

    def cancel(self, reference: str) -> Money | None:
        """Cancel the intent, or refund what it charged."""
        if reference.startswith(REFUSED):
            return None
        intent = self._ended(reference, self._cancel)
        if intent.status == "canceled":
            return None
        self._refund(intent)
        return from_stripe(intent.amount, intent.currency)

    def _ended(self, reference: str, step: Step) -> stripe.PaymentIntent:
        """Take an intent to its end, by `step` if it is as it was prepared."""
        until = self._monotonic() + PATIENCE
        intent = self._look(reference)
        while intent.status not in _FINAL:
            if self._monotonic() > until:
                raise GatewayUnavailable(f"{reference} took too long: it is {intent.status} still")
            intent = self._advance(intent, step)
        return intent

    def _advance(self, intent: stripe.PaymentIntent, step: Step) -> stripe.PaymentIntent:
        if _mark(intent):
            step = self._cancel
        elif intent.status in ("requires_payment_method", "requires_action"):
            reason = _reason(intent)
            step = lambda found: self._write(found, reason)  # noqa: E731  as short as its use
        elif intent.status != "requires_confirmation":
            raise GatewayUnavailable(f"{intent.id} is {intent.status}: ask again later")
        try:
            return step(intent)
        except REFUSALS as error:
            found = self._look(intent.id)
            if found.status != intent.status:  # it was declined, or somebody was faster
                return found
            reason_now = _blame(error) if step == self._confirm else None
            if reason_now is None:
                raise _unexpected(error) from error
            return self._write(found, reason_now)

    # -- one call each -----------------------------------------------------------------------------

    def _look(self, reference: str) -> stripe.PaymentIntent:
        try:
            return self._calls(lambda client: client.v1.payment_intents.retrieve(reference))
        except stripe.InvalidRequestError as error:
            if error.http_status != 404:  # noqa: PLR2004  as HTTP has it
                raise _unexpected(error) from error
            raise LookupError(
                f"Stripe knows no {reference}: is the key another account's, or another mode's?"
            ) from error

    def _confirm(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return self._calls(lambda client: client.v1.payment_intents.confirm(intent.id))

    def _cancel(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return self._calls(lambda client: client.v1.payment_intents.cancel(intent.id))

    def _write(self, intent: stripe.PaymentIntent, reason: str) -> stripe.PaymentIntent:
        return self._calls(
            lambda client: client.v1.payment_intents.update(
                intent.id, {"metadata": {DECLINED: reason}}
            )
        )
