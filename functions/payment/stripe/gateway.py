"""Payments through Stripe: a PaymentIntent is prepared, confirmed, and cancelled or refunded.

Its words and rules are those of docs.stripe.com/api, payment_intents and refunds. After a decline
an intent would take another card; here a decline is final, so the intent is marked with the reason
(Stripe forgets its own at the next change) and cancelled. Every call looks first and goes on from
what it finds, whoever died there before.
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
from functions.payment.stripe.calls import REFUSALS, Refusal, StripeCalls

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

    def __init__(self, calls: StripeCalls) -> None:
        """Take the calls of Stripe."""
        self._calls = calls

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Create a PaymentIntent for a card; it is not confirmed, and no money moves."""
        units = to_stripe(amount)
        if units is None:
            return REFUSED + "currency_not_supported"
        self._calls.begin()
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
        self._calls.begin()
        intent = self._look(reference)
        while intent.status not in _FINAL:
            intent = self._advance(intent, step)
        return intent

    def _advance(self, intent: stripe.PaymentIntent, step: Step) -> stripe.PaymentIntent:
        if _mark(intent):
            step = self._cancel
        elif intent.status in ("requires_payment_method", "requires_action"):
            step = self._marking(_reason(intent))
        elif intent.status != "requires_confirmation":
            raise GatewayUnavailable(f"{intent.id} is {intent.status}: ask again later")
        try:
            return step(intent)
        except REFUSALS as error:
            found = self._look(intent.id)
            if found.status != intent.status:  # it was declined, or somebody was faster
                return found
            blame = _blame(error) if step == self._confirm else None
            if blame is None:
                raise _unexpected(error) from error
            return self._advance(found, self._marking(blame))

    # -- one call each -----------------------------------------------------------------------------

    def _look(self, reference: str) -> stripe.PaymentIntent:
        try:
            return self._calls(lambda client: client.v1.payment_intents.retrieve(reference))
        except stripe.InvalidRequestError as error:
            if error.http_status != HTTPStatus.NOT_FOUND:
                raise _unexpected(error) from error
            raise LookupError(
                f"Stripe knows no {reference}: is the key another account's, or another mode's?"
            ) from error

    def _confirm(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return self._calls(lambda client: client.v1.payment_intents.confirm(intent.id))

    def _cancel(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        return self._calls(lambda client: client.v1.payment_intents.cancel(intent.id))

    def _marking(self, reason: str) -> Step:
        return lambda intent: self._calls(
            lambda client: client.v1.payment_intents.update(
                intent.id, {"metadata": {DECLINED: reason}}
            )
        )

    def _refund(self, intent: stripe.PaymentIntent) -> None:
        """Give back what has not been given back, whoever did the rest."""
        known = self._calls(
            lambda client: client.v1.refunds.list({"payment_intent": intent.id, "limit": 100})
        ).data
        left = intent.amount - sum(r.amount for r in known if r.status not in _NOT_GIVEN)
        if left <= 0:
            return
        key = f"{intent.id}/refund/{len(known)}/{left}"  # for whoever saw the same
        try:
            refund = self._calls(
                lambda client: client.v1.refunds.create(
                    {"payment_intent": intent.id, "amount": left}, {"idempotency_key": key}
                )
            )
        except REFUSALS as error:
            if error.code == "charge_already_refunded":
                return
            raise _unexpected(error) from error
        if refund.status in _NOT_GIVEN:
            raise GatewayUnavailable(f"the refund of {intent.id} {refund.status}: ask again later")


def _mark(intent: stripe.PaymentIntent) -> str | None:
    return getattr(intent.metadata, DECLINED, None)


def _reason(intent: stripe.PaymentIntent) -> str:
    """Return why an intent is not paid that should be."""
    if intent.status == "requires_action":  # 3-D Secure, and the customer is not here to answer
        return UNAUTHENTICATED
    return _word(intent.last_payment_error) or "declined"


def _blame(error: Refusal) -> str | None:
    """Return the reason if it is what the order brought that Stripe does not take: a decline."""
    if isinstance(error, stripe.CardError):
        return _word(error.error) or "card_declined"
    missing = error.http_status == HTTPStatus.NOT_FOUND or error.code == "resource_missing"
    if error.param == "payment_method" or missing:
        return UNKNOWN_TOKEN if missing else error.code or "invalid_token"
    if error.param in ("amount", "currency"):
        return error.code or f"invalid_{error.param}"
    return None


def _word(error: object) -> str | None:
    """Return the issuer's word for a decline, or else Stripe's."""
    return getattr(error, "decline_code", None) or getattr(error, "code", None)


def _unexpected(error: Refusal) -> GatewayUnavailable:
    about = f" about {error.param}" if error.param else ""
    return GatewayUnavailable(
        f"Stripe refused a request{about}: {error.code or error.http_status}"
        f" (request {error.request_id})"
    )
