"""The gateway's contract, for each implementation that payment has."""

import pytest

from functions.payment.gateway import Cancelled, Captured, Declined, GatewayUnavailable
from functions.payment.sandbox import LEDGER, SUCCESS, sandbox
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import ORDER, resources
from tests.support.gateways import AMOUNT, Provider, Totals, prepare

UNTOUCHED = Totals(captures=0, captured=0, refunded=0)
CHARGED = Totals(captures=1, captured=AMOUNT.amount, refunded=0)
REFUNDED = Totals(captures=1, captured=AMOUNT.amount, refunded=AMOUNT.amount)


def test_preparing_returns_a_new_reference_each_time(provider: Provider) -> None:
    assert prepare(provider, provider.success) != prepare(provider, provider.success)


def test_preparing_moves_no_money(provider: Provider) -> None:
    reference = prepare(provider, provider.success)

    assert provider.totals(reference) == UNTOUCHED
    assert provider.gateway().cancel(reference) is None


def test_confirming_captures_the_prepared_amount(provider: Provider) -> None:
    reference = prepare(provider, provider.success)

    assert provider.gateway().confirm(reference) == Captured(amount=AMOUNT)
    assert provider.totals(reference) == CHARGED


def test_a_declined_payment_has_a_reason(provider: Provider) -> None:
    reference = prepare(provider, provider.declined)

    assert provider.gateway().confirm(reference) == Declined(reason="card_declined")
    assert provider.totals(reference) == UNTOUCHED


def test_an_unknown_token_is_declined(provider: Provider) -> None:
    reference = prepare(provider, provider.unknown)
    gateway = provider.gateway()

    assert [gateway.confirm(reference) for _ in range(2)] == [Declined(reason="unknown_token")] * 2
    assert gateway.cancel(reference) is None
    assert gateway.confirm(reference) == Declined(reason="unknown_token")


@pytest.mark.parametrize("token", ["success", "declined"])
def test_confirming_again_returns_the_same_answer(provider: Provider, token: str) -> None:
    reference = prepare(provider, getattr(provider, token))
    first = provider.gateway().confirm(reference)
    totals = provider.totals(reference)

    assert [provider.gateway().confirm(reference) for _ in range(3)] == [first] * 3
    assert provider.totals(reference) == totals


def test_a_cancelled_reference_is_not_charged_by_a_later_confirm(provider: Provider) -> None:
    reference = prepare(provider, provider.success)
    gateway = provider.gateway()
    gateway.cancel(reference)

    assert [gateway.confirm(reference) for _ in range(2)] == [Cancelled()] * 2
    assert gateway.cancel(reference) is None
    assert provider.totals(reference) == UNTOUCHED


def test_cancelling_a_captured_reference_refunds_the_whole_amount(provider: Provider) -> None:
    reference = prepare(provider, provider.success)
    provider.gateway().confirm(reference)

    assert provider.gateway().cancel(reference) == AMOUNT
    assert provider.totals(reference) == REFUNDED


def test_cancelling_again_returns_the_same_answer(provider: Provider) -> None:
    captured, prepared = prepare(provider, provider.success), prepare(provider, provider.success)
    gateway = provider.gateway()
    gateway.confirm(captured)

    assert [gateway.cancel(captured) for _ in range(3)] == [AMOUNT] * 3
    assert [gateway.cancel(prepared) for _ in range(3)] == [None] * 3
    assert provider.totals(captured) == REFUNDED


def test_a_refunded_reference_stays_captured_and_is_not_charged_again(provider: Provider) -> None:
    reference = prepare(provider, provider.success)
    gateway = provider.gateway()
    gateway.confirm(reference)
    gateway.cancel(reference)

    assert gateway.confirm(reference) == Captured(amount=AMOUNT)
    assert gateway.cancel(reference) == AMOUNT
    assert provider.totals(reference) == REFUNDED


def test_cancelling_a_declined_reference_refunds_nothing(provider: Provider) -> None:
    reference = prepare(provider, provider.declined)
    gateway = provider.gateway()
    declined = gateway.confirm(reference)

    assert gateway.cancel(reference) is None
    assert gateway.confirm(reference) == declined


def test_a_lost_answer_is_returned_by_the_next_call(provider: Provider) -> None:
    gateway, reference = provider.lossy()

    with pytest.raises(GatewayUnavailable):
        gateway.confirm(reference)
    assert [gateway.confirm(reference) for _ in range(2)] == [Captured(amount=AMOUNT)] * 2
    assert provider.totals(reference) == CHARGED


def test_a_charge_whose_answer_was_lost_is_refunded_too(provider: Provider) -> None:
    gateway, reference = provider.lossy()
    with pytest.raises(GatewayUnavailable):
        gateway.confirm(reference)

    assert gateway.cancel(reference) == AMOUNT
    assert provider.totals(reference) == REFUNDED


def test_an_unreachable_gateway_raises_at_every_call(provider: Provider) -> None:
    call = provider.unreachable()
    for _ in range(3):
        with pytest.raises(GatewayUnavailable):
            call()


def test_references_do_not_touch_each_other(provider: Provider) -> None:
    one, other = prepare(provider, provider.success), prepare(provider, provider.success)
    provider.gateway().cancel(one)

    assert provider.gateway().confirm(other) == Captured(amount=AMOUNT)


def test_an_unknown_reference_is_an_error(provider: Provider) -> None:
    gateway = provider.gateway()
    for call in (gateway.confirm, gateway.cancel):
        with pytest.raises(LookupError):
            call("pi_of_nobody")


def test_the_sandbox_keeps_its_ledger_in_payments_own_table() -> None:
    tables = MemoryTables()
    reference = sandbox(resources(tables)).prepare(ORDER, AMOUNT, SUCCESS)
    entry = tables(LEDGER).get(reference)

    assert entry is not None
    assert (entry.values["order"], entry.values["state"]) == (ORDER, "prepared")
