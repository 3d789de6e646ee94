"""Each invariant can fail: what no seeded_bug mistake breaks is shown a shop in which it is broken."""

from collections.abc import Callable
from copy import replace
from inspect import getmembers, isfunction
from types import ModuleType
from typing import Any

import pytest

from events.contracts.email import ReceiptSent
from events.contracts.inventory import Reserved, StockReleased, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.money import Money
from events.order_list import LIST
from functions.framework.ports import Record, Value
from functions.map import CONSUMERS
from functions.orders.projection import row
from functions.runtime.aws.items import to_item
from simulation.invariants import at_rest, delivery, orders, read_models
from simulation.message import Message
from simulation.state import Shop
from tests.simulation.test_detects_bugs import FOUND_BY
from tests.support.builders import NOW, ORDER, TRUMPET, Clock, order_placed, placed, then

CHECKED = (orders, delivery, read_models, at_rest)
HELPERS = {"adds", "recount", "of_a_fact", "of_a_handled_event"}
PRICE = Money(amount=TRUMPET.unit_price, currency="EUR")
TAKEN = (Reserved(sku=TRUMPET.sku, quantity=1),)

CAPTURED = PaymentCaptured(reference="r", amount=PRICE)
REFUNDED = PaymentRefunded(reference="r", amount=PRICE)
RESERVED = StockReserved(lines=TAKEN)
RELEASED = StockReleased(lines=TAKEN)
CONFIRMED = OrderConfirmed()
CANCELLED = OrderCancelled(reason="customer")
SENT = DispatchScheduled(carrier="sandbox", reference="SBX1")
MAILED = ReceiptSent(message_id="mail-1")


class Told:
    """A shop in which one order's facts were stated, and that was said at gateway and carrier."""

    def __init__(self, *facts: Fact | tuple[Fact, str]) -> None:
        self.shop = Shop({TRUMPET.sku: 5}, CONSUMERS, Clock(NOW))
        self.last: Event[Any] = placed(order_placed(TRUMPET))
        self.shop.log.append(self.last)
        for given in facts:
            fact, slot = given if isinstance(given, tuple) else (given, None)
            self.last = self.shop.log.append(then(self.last, fact, slot=slot))

    def charged(self, *states: str) -> "Told":
        """Let a reference at the gateway become these, one after the other."""
        for version, state in enumerate(states):
            values: dict[str, Value] = {"order": ORDER, "state": state, "amount": PRICE.amount}
            assert self.shop.ledger.put(Record(key="r", values=values, version=version))
        return self

    def booked(self) -> "Told":
        """Let the carrier have booked a parcel."""
        values: dict[str, Value] = {"tracking": SENT.reference, "parcels": 1}
        assert self.shop.parcels.put(Record(key=ORDER, values=values, version=0))
        return self


type Says = Callable[[Told], bool]


def of_the_last(invariant: Callable[[Shop, Event[Any]], bool]) -> Says:
    return lambda told: invariant(told.shop, told.last)


def of_the_order(invariant: Callable[[Shop, str], bool]) -> Says:
    return lambda told: invariant(told.shop, ORDER)


def first_and_now(told: Told) -> bool:
    """Look at what a slot was filled with first, and then at what it holds now."""
    then_it_was = told.shop.first.setdefault(told.last.id, told.last)
    now = told.shop.log.read(ORDER).at(told.last.slot) or then_it_was
    return orders.a_filled_slot_never_changes(told.shop, now)


def overwritten() -> Told:
    told = Told(CONFIRMED)
    told.shop.log.put_item(to_item(replace(told.last, correlationid="another")))
    return told


def forged() -> Told:
    told = Told()
    told.last = then(told.last, CONFIRMED)
    return told


def mailed() -> Told:
    told = Told(MAILED)
    told.shop.mail_ids.add("mail-1")
    return told


def published() -> Told:
    told = Told()
    told.shop.published.add(told.last.id)
    return told


def listed() -> Told:
    told = Told()
    made = row(told.shop.log.read(ORDER))
    assert made is not None
    told.shop.rows[LIST].put(made)
    return told


PAID = (CAPTURED, RESERVED, CONFIRMED)
TWICE = (REFUNDED, "payment/refund/2")

SHOWN: dict[str, tuple[Says, Callable[[], Told], Callable[[], Told]]] = {
    "a_filled_slot_never_changes": (first_and_now, lambda: Told(CONFIRMED), overwritten),
    "an_order_has_one_outcome": (
        of_the_last(orders.an_order_has_one_outcome),
        lambda: Told(CONFIRMED),
        lambda: Told(CONFIRMED, (CANCELLED, "another")),
    ),
    "refunds_never_exceed_captures": (
        of_the_last(orders.refunds_never_exceed_captures),
        lambda: Told(CAPTURED, CANCELLED, REFUNDED),
        lambda: Told(CAPTURED, CANCELLED, REFUNDED, TWICE),
    ),
    "dispatched_is_confirmed": (
        of_the_last(orders.dispatched_is_confirmed),
        lambda: Told(*PAID, SENT),
        lambda: Told(CAPTURED, SENT),
    ),
    "parcel_facts_match_the_carrier": (
        of_the_last(orders.parcel_facts_match_the_carrier),
        lambda: Told(*PAID, SENT).booked(),
        lambda: Told(*PAID, replace(SENT, reference="SBX2")).booked(),
    ),
    "mail_facts_match_the_mailbox": (
        of_the_last(orders.mail_facts_match_the_mailbox),
        mailed,
        lambda: Told(MAILED),
    ),
    "stock_is_returned_only_when_cancelled": (
        of_the_last(orders.stock_is_returned_only_when_cancelled),
        lambda: Told(RESERVED, CANCELLED, RELEASED),
        lambda: Told(RESERVED, CANCELLED, replace(RELEASED, lines=TAKEN * 2)),
    ),
    "a_reference_changes_only_as_allowed": (
        of_the_order(orders.a_reference_changes_only_as_allowed),
        lambda: Told().charged("prepared", "captured", "refunded"),
        lambda: Told().charged("prepared", "cancelled", "captured"),
    ),
    "a_confirmed_order_stays_charged": (
        of_the_order(orders.a_confirmed_order_stays_charged),
        lambda: Told(*PAID).charged("prepared", "captured"),
        lambda: Told(*PAID).charged("prepared", "captured", "refunded"),
    ),
    "published_is_persisted": (of_the_last(delivery.published_is_persisted), Told, forged),
    "every_event_was_published": (
        of_the_order(at_rest.every_event_was_published),
        published,
        Told,
    ),
    "confirmed_is_charged_and_dispatched": (
        of_the_order(at_rest.confirmed_is_charged_and_dispatched),
        lambda: Told(*PAID, SENT).charged("prepared", "captured").booked(),
        lambda: Told(*PAID, SENT).charged("prepared", "captured"),
    ),
    "cancelled_leaves_no_charge_stock_or_parcel": (
        of_the_order(at_rest.cancelled_leaves_no_charge_stock_or_parcel),
        lambda: Told(RESERVED, CANCELLED, RELEASED),
        lambda: Told(RESERVED, CANCELLED),
    ),
    "the_log_records_every_charge_and_refund": (
        of_the_order(at_rest.the_log_records_every_charge_and_refund),
        lambda: Told(CAPTURED).charged("prepared", "captured"),
        lambda: Told(CAPTURED).charged("prepared", "captured", "refunded"),
    ),
    "the_list_matches_the_log": (of_the_order(at_rest.the_list_matches_the_log), listed, Told),
}
"""What asks an invariant, a shop in which it holds, and one in which it does not."""

OF_A_MESSAGE = "dead_letters_were_tried"


@pytest.mark.parametrize("name", SHOWN)
def test_an_invariant_tells_a_shop_that_is_right_from_one_that_is_not(name: str) -> None:
    says, right, wrong = SHOWN[name]

    assert says(right())
    assert not says(wrong())


@pytest.mark.parametrize("tried", [True, False])
def test_a_dead_letter_was_tried(tried: bool) -> None:
    message = Message("payment on it", placed(), "", iter(range(9)), 0, 0)
    message.tried = tried
    message.hidden_by(message.receive(0, message.luck))

    assert delivery.dead_letters_were_tried(message, 0) is tried


def test_every_invariant_is_shown_to_bite() -> None:
    shown = {name for names in FOUND_BY.values() for name in names}

    assert {*shown, *SHOWN, OF_A_MESSAGE} == {name for each in CHECKED for name in _named(each)}


def _named(module: ModuleType) -> set[str]:
    functions = getmembers(module, isfunction)
    own = {name for name, function in functions if function.__module__ == module.__name__}
    return {name for name in own if not name.startswith("_")} - HELPERS
