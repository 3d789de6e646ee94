"""Whole orders on a stage of the synthesized templates, with every AWS call made."""

from itertools import count

import pytest
from time_machine import Traveller

from events.codec import CONTRACTS
from functions.payment.sandbox import DECLINED, SUCCESS, TIMEOUT
from functions.runtime import backoff
from functions.runtime.memory.observer import MemoryObserver
from tests.system.shop import SKU, SOLD_OUT, STOCK, Shop
from tests.system.world import World

STATING = ("checkout", "payment", "inventory", "ordering", "shipping", "email")


def known(slots: dict[str, str]) -> dict[str, str]:
    """Return the slots of these services' facts; further consumers may state facts of their own."""
    return {slot: name for slot, name in slots.items() if set(CONTRACTS[name].sources) & {*STATING}}


def test_an_order_is_paid_reserved_confirmed_and_dispatched(world: World, shop: Shop) -> None:
    order = shop.order(quantity=2)
    assert shop.show(*order).body["status"] == "placed"

    world.settle()

    assert known(world.slots(order.id)) == {
        "placed": "OrderPlaced",
        "payment/attempt": "PaymentPrepared",
        "payment/charge": "PaymentCaptured",
        "inventory/reserve": "StockReserved",
        "outcome": "OrderConfirmed",
        "shipping/dispatch": "DispatchScheduled",
        "email/receipt": "ReceiptSent",
        "email/dispatch": "DispatchNoteSent",
    }
    shown = shop.show(*order)
    assert (shown.body["status"], shown.body["moving"]) == ("dispatched", False)
    assert "retry-after" not in shown.headers
    assert shop.ledger(order) == ["captured"]
    assert shop.available() == STOCK - 2
    assert shop.parcels(order) == 1


def test_a_declined_order_is_cancelled_and_its_stock_released(world: World, shop: Shop) -> None:
    order = shop.order(token=DECLINED)

    world.settle()

    shown = shop.show(*order).body
    assert (shown["status"], shown["reason"]) == ("cancelled", "payment-declined")
    assert (shown["refund"], shown["moving"]) == ("none", False)
    assert shop.ledger(order) == ["declined"]
    assert shop.available() == STOCK
    assert shop.parcels(order) == 0


def test_an_order_sold_out_after_capture_is_refunded(world: World, shop: Shop) -> None:
    world.paused = {"inventory"}
    order = shop.order(sku=SOLD_OUT)
    world.settle()
    assert shop.ledger(order) == ["captured"]

    world.paused = set()
    world.settle()

    shown = shop.show(*order).body
    assert (shown["status"], shown["reason"]) == ("cancelled", "out-of-stock")
    assert (shown["refund"], shown["moving"]) == ("done", False)
    assert shop.ledger(order) == ["refunded"]
    assert shop.available(SOLD_OUT) == 0


def test_an_order_sold_out_before_payment_is_never_charged(world: World, shop: Shop) -> None:
    world.paused = {"payment"}
    order = shop.order(sku=SOLD_OUT)
    world.settle()

    world.paused = set()
    world.settle()

    shown = shop.show(*order).body
    assert (shown["status"], shown["refund"], shown["moving"]) == ("cancelled", "none", False)
    assert shop.ledger(order) == []


@pytest.mark.parametrize("late", ["nobody", "payment", "inventory", "ordering"])
@pytest.mark.parametrize("after", range(8))
def test_an_order_cancelled_by_the_customer_costs_nothing_or_is_refused(
    world: World, shop: Shop, after: int, late: str
) -> None:
    world.paused = {late} & world.active
    order = shop.order()
    answers = []
    polls = count()
    quiet = False
    while not quiet:
        quiet = True
        for poll in (world.relay, *(lambda c=c: world.consume(c) for c in sorted(world.active))):
            if next(polls) == after:
                answers.append(shop.cancel(*order))
            quiet = poll() == 0 and quiet
    (answer,) = answers

    world.paused = set()
    world.settle()

    shown = shop.show(*order).body
    assert not shown["moving"]
    if answer.status == 409:
        assert shown["status"] == "dispatched"
        assert shop.ledger(order) == ["captured"]
        assert shop.available() == STOCK - 1
        assert shop.parcels(order) == 1
    else:
        assert answer.status == 200
        assert (shown["status"], shown["reason"]) == ("cancelled", "customer")
        assert shop.ledger(order) in ([], ["cancelled"], ["refunded"])
        assert shop.available() == STOCK
        assert shop.parcels(order) == 0
        assert shop.cancel(*order).status == 200


def test_an_order_cancelled_before_any_delivery_is_never_charged(world: World, shop: Shop) -> None:
    world.paused = world.active
    order = shop.order()
    world.settle()
    assert shop.cancel(*order).status == 200
    world.settle()

    world.paused = set()
    world.settle(times=2, reverse=True)

    assert known(world.slots(order.id)) == {
        "placed": "OrderPlaced",
        "outcome": "OrderCancelled",
        "payment/attempt": "PaymentVoided",
        "inventory/reserve": "StockVoided",
        "email/cancellation": "CancellationSent",
    }
    assert shop.ledger(order) == []
    assert shop.available() == STOCK


def test_a_charge_whose_answer_was_lost_is_refunded_on_cancellation(
    world: World, shop: Shop, clock: Traveller
) -> None:
    order = shop.order(token=TIMEOUT)
    world.settle()
    assert shop.ledger(order) == ["captured"]
    assert shop.cancel(*order).status == 200
    world.settle()

    clock.shift(backoff.delay(1) + 1)
    world.settle()

    shown = shop.show(*order).body
    assert (shown["status"], shown["refund"], shown["moving"]) == ("cancelled", "done", False)
    assert shown["paid"]
    assert shop.ledger(order) == ["refunded"]


def test_a_charge_whose_answer_was_lost_is_not_repeated(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller
) -> None:
    order = shop.order(token=TIMEOUT)
    world.settle()
    assert shop.show(*order).body["paid"] is False
    assert "retry" in lines.of("payment")

    clock.shift(backoff.delay(1) + 1)
    world.settle()

    assert shop.show(*order).body["status"] == "dispatched"
    assert shop.ledger(order) == ["captured"]


@pytest.mark.parametrize(
    ("sku", "token", "ends"),
    [(SKU, SUCCESS, "dispatched"), (SKU, DECLINED, "cancelled"), (SOLD_OUT, SUCCESS, "cancelled")],
)
def test_every_message_delivered_twice_and_in_reverse_changes_nothing(
    world: World, shop: Shop, lines: MemoryObserver, sku: str, token: str, ends: str
) -> None:
    orders = [shop.order(sku=sku, token=token) for _ in range(3)]

    world.settle(times=2, reverse=True)
    settled = [world.slots(order.id) for order in orders]
    world.redeliver()
    world.settle()

    assert [world.slots(order.id) for order in orders] == settled
    for order in orders:
        shown = shop.show(*order).body
        assert (shown["status"], shown["moving"]) == (ends, False)
        assert len(shop.ledger(order)) == 1
        assert shop.parcels(order) == (ends == "dispatched")
    assert shop.available() == (STOCK - 3 if ends == "dispatched" else STOCK)
    assert "duplicate" in lines.of("payment")


def test_a_customer_shows_and_cancels_their_own_orders_only(world: World, shop: Shop) -> None:
    mine, theirs = shop.order(), shop.order()

    assert shop.show(theirs.id, mine.key).status == 404
    assert shop.cancel(theirs.id, mine.key).status == 404
    world.settle()
    assert shop.show(*theirs).body["status"] == "dispatched"
