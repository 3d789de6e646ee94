"""An order to pay, its payment events, and a fake gateway."""

from unittest.mock import Mock, call

from events.contracts.ordering import OrderCancelled
from events.contracts.payment import ATTEMPT, PaymentPrepared, PaymentVoided
from events.envelope import Event, Fact
from events.history import History
from events.money import Money
from functions.framework.reaction import Fill
from functions.payment.gateway import Captured, Confirmation
from functions.payment.sandbox import SandboxGateway
from testkit.builders import ORDER, order_placed, placed, then

PLACED = placed()
TOTAL = order_placed().total
PREPARED = then(PLACED, PaymentPrepared(reference="ours"))
THEIRS = then(PLACED, PaymentPrepared(reference="theirs"))
NEVER_TRIED = then(PLACED, PaymentVoided(), slot=ATTEMPT)
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
CAPTURED = Captured(amount=TOTAL)
PREPARE = call.prepare(ORDER, TOTAL, "tok_success")
VOID = Fill(fact=PaymentVoided(), slot=ATTEMPT)


def fake_gateway(
    *, confirms: Confirmation | Exception = CAPTURED, returns: Money | None = None
) -> Mock:
    """Return a gateway that records its calls and gives these answers."""
    gateway = Mock(spec=SandboxGateway)
    gateway.prepare.return_value = "ours"
    gateway.confirm.side_effect = [confirms]
    gateway.cancel.return_value = returns
    return gateway


def history(*events: Event[Fact]) -> History:
    return History([PLACED, *events])
