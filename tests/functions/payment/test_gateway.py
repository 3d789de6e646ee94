"""The gateway's contract: what every gateway that payment may be given has to answer."""

import pytest

from functions.payment.gateway import Cancelled, Captured, Declined, GatewayUnavailable
from functions.payment.sandbox import LEDGER, SUCCESS, sandbox
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import ORDER, resources
from tests.support.gateways import AMOUNT, Books, World, prepare

UNTOUCHED = Books(captures=0, captured=0, refunded=0)
CHARGED = Books(captures=1, captured=AMOUNT.amount, refunded=0)
GIVEN_BACK = Books(captures=1, captured=AMOUNT.amount, refunded=AMOUNT.amount)


def test_preparing_gives_a_new_reference_each_time(world: World) -> None:
    assert prepare(world, world.success) != prepare(world, world.success)


def test_preparing_moves_no_money(world: World) -> None:
    reference = prepare(world, world.success)

    assert world.books(reference) == UNTOUCHED
    assert world.gateway().cancel(reference) is None


def test_confirming_captures_the_prepared_amount(world: World) -> None:
    reference = prepare(world, world.success)

    assert world.gateway().confirm(reference) == Captured(amount=AMOUNT)
    assert world.books(reference) == CHARGED


def test_a_declined_payment_says_why(world: World) -> None:
    reference = prepare(world, world.declined)

    assert world.gateway().confirm(reference) == Declined(reason="card_declined")
    assert world.books(reference) == UNTOUCHED


def test_a_token_of_nobody_is_declined(world: World) -> None:
    reference = prepare(world, world.unknown)
    gateway = world.gateway()

    assert [gateway.confirm(reference) for _ in range(2)] == [Declined(reason="unknown_token")] * 2
    assert gateway.cancel(reference) is None
    assert gateway.confirm(reference) == Declined(reason="unknown_token")


@pytest.mark.parametrize("token", ["success", "declined"])
def test_confirming_again_gives_the_same_answer(world: World, token: str) -> None:
    reference = prepare(world, getattr(world, token))
    first = world.gateway().confirm(reference)
    books = world.books(reference)

    assert [world.gateway().confirm(reference) for _ in range(3)] == [first] * 3
    assert world.books(reference) == books


def test_a_cancelled_reference_is_not_charged_by_a_later_confirm(world: World) -> None:
    reference = prepare(world, world.success)
    gateway = world.gateway()
    gateway.cancel(reference)

    assert [gateway.confirm(reference) for _ in range(2)] == [Cancelled()] * 2
    assert gateway.cancel(reference) is None
    assert world.books(reference) == UNTOUCHED


def test_cancelling_what_was_captured_gives_the_whole_amount_back(world: World) -> None:
    reference = prepare(world, world.success)
    world.gateway().confirm(reference)

    assert world.gateway().cancel(reference) == AMOUNT
    assert world.books(reference) == GIVEN_BACK


def test_cancelling_again_gives_the_same_answer(world: World) -> None:
    captured, prepared = prepare(world, world.success), prepare(world, world.success)
    gateway = world.gateway()
    gateway.confirm(captured)

    assert [gateway.cancel(captured) for _ in range(3)] == [AMOUNT] * 3
    assert [gateway.cancel(prepared) for _ in range(3)] == [None] * 3
    assert world.books(captured) == GIVEN_BACK


def test_what_was_refunded_had_been_captured_and_is_not_charged_again(world: World) -> None:
    reference = prepare(world, world.success)
    gateway = world.gateway()
    gateway.confirm(reference)
    gateway.cancel(reference)

    assert gateway.confirm(reference) == Captured(amount=AMOUNT)
    assert gateway.cancel(reference) == AMOUNT
    assert world.books(reference) == GIVEN_BACK


def test_cancelling_what_was_declined_gives_nothing_back(world: World) -> None:
    reference = prepare(world, world.declined)
    gateway = world.gateway()
    declined = gateway.confirm(reference)

    assert gateway.cancel(reference) is None
    assert gateway.confirm(reference) == declined


def test_an_answer_that_was_lost_is_given_when_asked_again(world: World) -> None:
    gateway, reference = world.lossy()

    with pytest.raises(GatewayUnavailable):
        gateway.confirm(reference)
    assert [gateway.confirm(reference) for _ in range(2)] == [Captured(amount=AMOUNT)] * 2
    assert world.books(reference) == CHARGED


def test_money_whose_answer_was_lost_is_given_back_all_the_same(world: World) -> None:
    gateway, reference = world.lossy()
    with pytest.raises(GatewayUnavailable):
        gateway.confirm(reference)

    assert gateway.cancel(reference) == AMOUNT
    assert world.books(reference) == GIVEN_BACK


def test_a_gateway_that_is_out_says_so_however_often_it_is_asked(world: World) -> None:
    ask = world.out()
    for _ in range(3):
        with pytest.raises(GatewayUnavailable):
            ask()


def test_references_do_not_touch_each_other(world: World) -> None:
    one, other = prepare(world, world.success), prepare(world, world.success)
    world.gateway().cancel(one)

    assert world.gateway().confirm(other) == Captured(amount=AMOUNT)


def test_a_reference_of_nobody_is_an_error(world: World) -> None:
    gateway = world.gateway()
    for ask in (gateway.confirm, gateway.cancel):
        with pytest.raises(LookupError):
            ask("pi_of_nobody")


def test_the_sandbox_keeps_its_ledger_in_payments_own_table() -> None:
    tables = MemoryTables()
    reference = sandbox(resources(tables)).prepare(ORDER, AMOUNT, SUCCESS)
    entry = tables(LEDGER).get(reference)

    assert entry is not None
    assert (entry.values["order"], entry.values["state"]) == (ORDER, "prepared")
