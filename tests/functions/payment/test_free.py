"""Orders that cost nothing need no provider."""

from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from events.contracts.ordering import OrderCancelled
from events.contracts.payment import CHARGE, PaymentCaptured, PaymentPrepared, PaymentRefunded
from events.history import History
from events.money import Money
from events.order import fold
from functions.framework.reaction import Fill
from functions.payment.free import WithFreeOrders
from functions.payment.gateway import Captured
from functions.payment.reactions import charge, void_or_refund
from functions.payment.sandbox import SandboxGateway
from testkit.builders import order_placed, placed, then
from testkit.run_reaction import run_reaction
from tests.support.paying import TOTAL, fake_gateway

NOTHING = Money(amount=0, currency="EUR")


@pytest.fixture
def provider() -> Mock:
    return Mock(spec=SandboxGateway)


def test_zero_is_captured_and_returned_without_a_call_of_the_provider(provider: Mock) -> None:
    gateway = WithFreeOrders(provider)
    reference = gateway.prepare("o", NOTHING, "tok_declined")

    assert [gateway.confirm(reference) for _ in range(2)] == [Captured(amount=NOTHING)] * 2
    assert [gateway.cancel(reference) for _ in range(2)] == [NOTHING] * 2
    assert gateway.confirm(reference) == Captured(amount=NOTHING)
    assert provider.mock_calls == []


def test_any_other_amount_is_the_providers() -> None:
    provider = fake_gateway(returns=TOTAL)
    gateway = WithFreeOrders(provider)
    reference = gateway.prepare("o", TOTAL, "t")

    assert gateway.confirm(reference) == Captured(amount=TOTAL)
    assert gateway.cancel(reference) == TOTAL
    assert [name for name, *_ in provider.mock_calls] == ["prepare", "confirm", "cancel"]


def test_an_order_that_costs_nothing_is_captured_and_given_back_in_the_log_too(
    provider: Mock,
) -> None:
    gateway = WithFreeOrders(provider)
    free = placed(replace(order_placed(), total=NOTHING))
    prepared = then(free, PaymentPrepared(reference="free:EUR"))
    captured = then(prepared, PaymentCaptured(reference="free:EUR", amount=NOTHING))
    cancelled = then(captured, OrderCancelled(reason="customer"))

    paid = run_reaction(charge(free, History([free]), gateway), prepared)
    after = History([free, prepared, captured, cancelled])
    back = run_reaction(void_or_refund(cancelled, after, gateway))

    assert paid.decided == Fill(fact=captured.data, slot=CHARGE)
    assert back.decided is not None
    assert back.decided.fact == PaymentRefunded(reference="free:EUR", amount=NOTHING)
    assert fold(History([*after, then(cancelled, back.decided.fact)])).refund == "done"
    assert provider.mock_calls == []
