"""Gateway to Stripe: a PaymentIntent is prepared, confirmed, and cancelled or refunded.

Terms and rules are those of docs.stripe.com/api, payment_intents and refunds. After a decline an
intent would accept another card; here a decline is final, so the intent is marked with the reason
(Stripe drops its own at the next change) and cancelled. Every call first retrieves the intent and
continues from its state, wherever an earlier worker died.
"""

from collections.abc import Callable
from http import HTTPStatus

import stripe

from events.money import Money
from functions.payment.gateway import (
    Cancelled,
    Captured,
    Confirmation,
    Declined,
    GatewayUnavailable,
)
from functions.payment.stripe.amounts import from_stripe, to_stripe
from functions.payment.stripe.calls import REQUEST_ERRORS, RequestError, StripeCalls

REFUSED = "refused:"
"""Prefix of a reference for a charge that Stripe refuses to prepare; the rest is the reason."""

DECLINED = "declined"
"""The key in an intent's metadata for the reason of its decline."""

UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  a reason, no token
UNAUTHENTICATED = "authentication_required"
_FINAL = ("succeeded", "canceled")
_NOT_REFUNDED = ("failed", "canceled")

type Step = Callable[[stripe.PaymentIntent], stripe.PaymentIntent]


class StripeGateway:
    """A gateway on PaymentIntents; concurrent calls are safe."""

    def __init__(self, calls: StripeCalls) -> None:
        self._calls = calls

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Create a PaymentIntent for a card; it is not confirmed, and no money moves."""
        units = to_stripe(amount)
        if units is None:
            return REFUSED + "currency_not_supported"
        self._calls.start_deadline()
        try:
            intent = self._calls(
                lambda client: client.v1.payment_intents.create(
                    {
                        "amount": units,
                        "currency": amount.currency.lower(),
                        "payment_method": token,
                        "allowed_payment_method_types": ["card"],
                        "capture_method": "automatic",
                        "metadata": {"order": order, "token": token},
                    }
                )
            )
        except REQUEST_ERRORS as error:
            reason = _decline_reason(error)
            if reason is None:
                raise _unexpected(error) from error
            return REFUSED + reason
        return intent.id

    def confirm(self, reference: str) -> Confirmation:
        """Charge the card."""
        if reference.startswith(REFUSED):
            return Declined(reason=reference.removeprefix(REFUSED))
        intent = self._finish(reference, self._confirm)
        if intent.status == "succeeded":
            return Captured(amount=from_stripe(intent.amount, intent.currency))
        # A charge without a mark: another call cancelled between a decline and its mark.
        reason = _mark(intent) or ("card_declined" if intent.latest_charge else None)
        return Declined(reason=reason) if reason else Cancelled()

    def cancel(self, reference: str) -> Money | None:
        """Cancel the intent, or refund what it charged."""
        if reference.startswith(REFUSED):
            return None
        intent = self._finish(reference, self._cancel)
        if intent.status == "canceled":
            return None
        self._refund(intent)
        return from_stripe(intent.amount, intent.currency)

    def _finish(self, reference: str, step: Step) -> stripe.PaymentIntent:
        """Bring an intent to a final status, by `step` if it is still as prepared."""
        self._calls.start_deadline()
        intent = self._retrieve(reference)
        while intent.status not in _FINAL:
            intent = self._advance(intent, step)
        return intent

    def _advance(self, intent: stripe.PaymentIntent, step: Step) -> stripe.PaymentIntent:
        if _mark(intent):
            step = self._cancel
        elif intent.status in ("requires_payment_method", "requires_action"):
            step = self._mark_declined(_unpaid_reason(intent))
        elif intent.status != "requires_confirmation":
            raise GatewayUnavailable(f"{intent.id} is {intent.status}: try again later")
        try:
            return step(intent)
        except REQUEST_ERRORS as error:
            found = self._retrieve(intent.id)
            if found.status != intent.status:  # it was declined, or another call was faster
                return found
            reason = _decline_reason(error) if step == self._confirm else None
            if reason is None:
                raise _unexpected(error) from error
            return self._advance(found, self._mark_declined(reason))

    # -- one request each --------------------------------------------------------------------------

    def _retrieve(self, reference: str) -> stripe.PaymentIntent:
        try:
            return self._calls(lambda client: client.v1.payment_intents.retrieve(reference))
        except stripe.InvalidRequestError as error:
            if error.http_status != HTTPStatus.NOT_FOUND:
                raise _unexpected(error) from error
            raise LookupError(
                f"Stripe does not know {reference}: is the key of another account or mode?"
            ) from error

    def _confirm(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return self._calls(lambda client: client.v1.payment_intents.confirm(intent.id))

    def _cancel(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return self._calls(lambda client: client.v1.payment_intents.cancel(intent.id))

    def _mark_declined(self, reason: str) -> Step:
        return lambda intent: self._calls(
            lambda client: client.v1.payment_intents.update(
                intent.id, {"metadata": {DECLINED: reason}}
            )
        )

    def _refund(self, intent: stripe.PaymentIntent) -> None:
        """Refund the part that no earlier call has refunded."""
        known = self._calls(
            lambda client: client.v1.refunds.list({"payment_intent": intent.id, "limit": 100})
        ).data
        left = intent.amount - sum(r.amount for r in known if r.status not in _NOT_REFUNDED)
        if left <= 0:
            return
        key = f"{intent.id}/refund/{len(known)}/{left}"  # equal for calls that saw the same refunds
        try:
            refund = self._calls(
                lambda client: client.v1.refunds.create(
                    {"payment_intent": intent.id, "amount": left}, {"idempotency_key": key}
                )
            )
        except REQUEST_ERRORS as error:
            if error.code == "charge_already_refunded":
                return
            raise _unexpected(error) from error
        if refund.status in _NOT_REFUNDED:
            raise GatewayUnavailable(f"the refund of {intent.id} {refund.status}: try again later")


def _mark(intent: stripe.PaymentIntent) -> str | None:
    return getattr(intent.metadata, DECLINED, None)


def _unpaid_reason(intent: stripe.PaymentIntent) -> str:
    """Return the reason why a confirmed intent is not paid."""
    if intent.status == "requires_action":  # 3-D Secure, and the customer is not here to answer
        return UNAUTHENTICATED
    return _decline_code(intent.last_payment_error) or "declined"


def _decline_reason(error: RequestError) -> str | None:
    """Return the reason for a decline, or None if the error is not about the order's data."""
    if isinstance(error, stripe.CardError):
        return _decline_code(error.error) or "card_declined"
    missing = error.http_status == HTTPStatus.NOT_FOUND or error.code == "resource_missing"
    if error.param == "payment_method" or missing:
        return UNKNOWN_TOKEN if missing else error.code or "invalid_token"
    if error.param in ("amount", "currency"):
        return error.code or f"invalid_{error.param}"
    return None


def _decline_code(error: object) -> str | None:
    """Return the issuer's code for a decline, or else Stripe's."""
    return getattr(error, "decline_code", None) or getattr(error, "code", None)


def _unexpected(error: RequestError) -> GatewayUnavailable:
    about = f" about {error.param}" if error.param else ""
    return GatewayUnavailable(
        f"Stripe refused a request{about}: {error.code or error.http_status}"
        f" (request {error.request_id})"
    )
