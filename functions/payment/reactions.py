"""Payment's reactions: record a reference, move money only through it, void before refunding."""

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from events.contracts.payment import (
    ATTEMPT,
    CHARGE,
    PaymentCaptured,
    PaymentDeclined,
    PaymentPrepared,
    PaymentRefunded,
    PaymentVoided,
)
from events.envelope import Event
from events.history import History
from functions.framework.reaction import Fill, Steps
from functions.payment.gateway import Cancelled, Captured, Declined, Gateway


def charge(placed: Event[OrderPlaced], history: History, gateway: Gateway) -> Steps:
    """Charge the order through the one reference that won `payment/attempt`.

    An order that is already cancelled is not charged; `void_or_refund` ends a prepared charge.
    """
    if history.at(CHARGE):
        return None
    attempt = history.at(ATTEMPT)
    if history.states(OrderCancelled):
        return None if attempt else Fill(fact=PaymentVoided(), slot=ATTEMPT)
    if attempt is None:
        order = placed.data
        reference = gateway.prepare(placed.subject, order.total, order.payment_token)
        attempt = yield PaymentPrepared(reference=reference)
    if not isinstance(attempt.data, PaymentPrepared):
        return None
    return Fill(fact=_confirm(attempt.data.reference, gateway), slot=CHARGE)


def void_or_refund(_: Event[OrderCancelled], history: History, gateway: Gateway) -> Steps:
    """Prevent the charge, or refund it.

    The gateway's answer decides: if the worker that charged died before it recorded the charge,
    `PaymentCaptured` is appended here, before the refund.
    """
    if history.states(PaymentDeclined, PaymentVoided, PaymentRefunded):
        return None
    attempt = history.at(ATTEMPT)
    if attempt is None:
        attempt = yield Fill(fact=PaymentVoided(), slot=ATTEMPT)
    if not isinstance(attempt.data, PaymentPrepared):
        return None
    reference = attempt.data.reference
    returned = gateway.cancel(reference)
    if returned is None:
        return Fill(fact=PaymentVoided(reference=reference), slot=CHARGE)
    if history.at(CHARGE) is None:
        yield PaymentCaptured(reference=reference, amount=returned)
    return PaymentRefunded(reference=reference, amount=returned)


def _confirm(reference: str, gateway: Gateway) -> PaymentCaptured | PaymentDeclined | PaymentVoided:
    match gateway.confirm(reference):
        case Captured(amount=amount):
            return PaymentCaptured(reference=reference, amount=amount)
        case Declined(reason=reason):
            return PaymentDeclined(reference=reference, reason=reason)
        case Cancelled():
            return PaymentVoided(reference=reference)
