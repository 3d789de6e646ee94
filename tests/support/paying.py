"""An order to pay, its payment events, and a fake gateway."""

from events.contracts.ordering import OrderCancelled
from events.contracts.payment import ATTEMPT, PaymentPrepared, PaymentVoided
from events.envelope import Event, Fact
from events.history import History
from events.money import Money
from functions.framework.reaction import Fill
from functions.payment.gateway import Captured, Confirmation
from tests.support.builders import ORDER, order_placed, placed, then

PLACED = placed()
TOTAL = order_placed().total
PREPARED = then(PLACED, PaymentPrepared(reference="ours"))
THEIRS = then(PLACED, PaymentPrepared(reference="theirs"))
NEVER_TRIED = then(PLACED, PaymentVoided(), slot=ATTEMPT)
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
CAPTURED = Captured(amount=TOTAL)
VOID = Fill(fact=PaymentVoided(), slot=ATTEMPT)


class FakeGateway:
    """A gateway that records its calls and gives the configured answers."""

    def __init__(
        self, *, confirms: Confirmation | Exception = CAPTURED, returns: Money | None = None
    ) -> None:
        self._confirms, self._returns = confirms, returns
        self.calls: list[str] = []

    def prepare(self, order: str, amount: Money, token: str) -> str:
        assert (order, amount, token) == (ORDER, TOTAL, "tok_success")
        self.calls.append("prepare")
        return "ours"

    def confirm(self, reference: str) -> Confirmation:
        self.calls.append(f"confirm {reference}")
        if isinstance(self._confirms, Exception):
            raise self._confirms
        return self._confirms

    def cancel(self, reference: str) -> Money | None:
        self.calls.append(f"cancel {reference}")
        return self._returns


def history(*events: Event[Fact]) -> History:
    return History([PLACED, *events])
