"""Each invariant can fail: what no seeded bug breaks fails for an example here."""

from collections.abc import Callable
from copy import replace
from inspect import get_annotations, getmembers, isfunction
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
from functions.analytics import proof as analytics
from functions.email import proof as email
from functions.framework.ports import Record, Value
from functions.framework.proof import Shop
from functions.inventory import proof as inventory
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.map import CONSUMERS
from functions.ordering import proof as ordering
from functions.orders import proof as list_of_orders
from functions.orders.projection import row
from functions.payment import proof as payment
from functions.payment.sandbox import LEDGER
from functions.runtime.aws.items import to_item
from functions.shipping import proof as shipping
from functions.shipping.sandbox import PARCELS
from simulation.invariants import amounts, at_rest, delivery, mails, orders, recount
from simulation.invariants.checker import Checker
from simulation.message import Message
from simulation.state import ShopState
from testkit.builders import MUTE, NOW, ORDER, TRUMPET, Clock, order_placed, placed, then
from tests.simulation.test_detects_bugs import FOUND_BY

PROOFS = (analytics, email, inventory, ordering, list_of_orders, payment, shipping)
MODULES = (orders, delivery, at_rest, amounts, mails, recount, *PROOFS)
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


class Example:
    """A shop with one order's facts, and its states at gateway and carrier."""

    def __init__(self, *facts: Fact | tuple[Fact, str]) -> None:
        self.shop = ShopState({TRUMPET.sku: 5}, CONSUMERS, Clock(NOW))
        self.shops = Checker(self.shop).shops
        self.last: Event[Any] = placed(order_placed(TRUMPET))
        self.shop.log.append(self.last)
        for given in facts:
            fact, slot = given if isinstance(given, tuple) else (given, None)
            self.last = self.shop.log.append(then(self.last, fact, slot=slot))

    def charged(self, *states: str) -> "Example":
        """Put a reference at the gateway into these states, one after the other."""
        for version, state in enumerate(states):
            values: dict[str, Value] = {"order": ORDER, "state": state, "amount": PRICE.amount}
            self.put("payment", LEDGER, Record(key="r", values=values, version=version))
        return self

    def booked(self) -> "Example":
        """Book a parcel at the carrier."""
        values: dict[str, Value] = {"tracking": SENT.reference, "parcels": 1}
        self.put("shipping", PARCELS, Record(key=ORDER, values=values, version=0))
        return self

    def put(self, owner: str, table: str, record: Record) -> None:
        """Write an item of a consumer's table."""
        assert self.shop.own.items(owner, table).put(record)


type Holds = Callable[[Example], bool]


def on_the_last_event(invariant: Callable[[ShopState, Event[Any]], bool]) -> Holds:
    return lambda example: invariant(example.shop, example.last)


def of_a_fact(name: str, invariant: Callable[[Shop, Event[Any]], bool]) -> Holds:
    """An invariant in a consumer's proof, on the last event."""
    return lambda example: invariant(example.shops[name], example.last)


def of_the_order(name: str, invariant: Callable[[Shop, str], bool]) -> Holds:
    """An invariant in a consumer's proof, on the order."""
    return lambda example: invariant(example.shops[name], ORDER)


def on_the_order(invariant: Callable[[ShopState, str], bool]) -> Holds:
    return lambda example: invariant(example.shop, ORDER)


def holds_over_time(example: Example) -> bool:
    """Note the first event of a slot, and check the current one."""
    at_first = example.shop.first.setdefault(example.last.id, example.last)
    now = example.shop.log.read(ORDER).at(example.last.slot) or at_first
    return orders.a_filled_slot_never_changes(example.shop, now)


def overwritten() -> Example:
    example = Example(CONFIRMED)
    example.shop.log.put_item(to_item(replace(example.last, correlationid="another")))
    return example


def forged() -> Example:
    example = Example()
    example.last = then(example.last, CONFIRMED)
    return example


def lost() -> Example:
    """A piece of the stock has gone without a fact."""
    example = Example()
    example.shops["inventory"].set_number(STOCK, TRUMPET.sku, AVAILABLE, 4)
    return example


def cheap() -> Example:
    """The total lacks a line."""
    example = Example()
    order = order_placed(TRUMPET, MUTE)
    example.last = placed(replace(order, total=PRICE))
    return example


def mailed() -> Example:
    example = Example(MAILED)
    example.shop.mail_ids.add("mail-1")
    return example


def published() -> Example:
    example = Example()
    example.shop.published.add(example.last.id)
    return example


def listed() -> Example:
    example = Example()
    made = row(example.shop.log.read(ORDER))
    assert made is not None
    example.shop.own.rows("orders", LIST).put(made)
    return example


PAID = (CAPTURED, RESERVED, CONFIRMED)
TWICE = (REFUNDED, "payment/refund/2")

EXAMPLES: dict[str, tuple[Holds, Callable[[], Example], Callable[[], Example]]] = {
    "a_filled_slot_never_changes": (holds_over_time, lambda: Example(CONFIRMED), overwritten),
    "an_order_has_one_outcome": (
        of_a_fact("ordering", ordering.an_order_has_one_outcome),
        lambda: Example(CONFIRMED),
        lambda: Example(CONFIRMED, (CANCELLED, "another")),
    ),
    "refunds_never_exceed_captures": (
        of_a_fact("payment", payment.refunds_never_exceed_captures),
        lambda: Example(CAPTURED, CANCELLED, REFUNDED),
        lambda: Example(CAPTURED, CANCELLED, REFUNDED, TWICE),
    ),
    "dispatched_is_confirmed": (
        of_a_fact("shipping", shipping.dispatched_is_confirmed),
        lambda: Example(*PAID, SENT),
        lambda: Example(CAPTURED, SENT),
    ),
    "parcel_facts_match_the_carrier": (
        of_a_fact("shipping", shipping.parcel_facts_match_the_carrier),
        lambda: Example(*PAID, SENT).booked(),
        lambda: Example(*PAID, replace(SENT, reference="SBX2")).booked(),
    ),
    "mail_facts_match_the_mailbox": (
        of_a_fact("email", email.mail_facts_match_the_mailbox),
        mailed,
        lambda: Example(MAILED),
    ),
    "stock_is_returned_only_when_cancelled": (
        of_a_fact("inventory", inventory.stock_is_returned_only_when_cancelled),
        lambda: Example(RESERVED, CANCELLED, RELEASED),
        lambda: Example(RESERVED, CANCELLED, replace(RELEASED, lines=TAKEN * 2)),
    ),
    "all_stock_is_conserved": (
        lambda example: inventory.all_stock_is_conserved(example.shops["inventory"]),
        Example,
        lost,
    ),
    "the_total_is_the_sum_of_the_lines": (
        on_the_last_event(amounts.the_total_is_the_sum_of_the_lines),
        Example,
        cheap,
    ),
    "a_reference_changes_only_as_allowed": (
        of_the_order("payment", payment.a_reference_changes_only_as_allowed),
        lambda: Example().charged("prepared", "captured", "refunded"),
        lambda: Example().charged("prepared", "cancelled", "captured"),
    ),
    "a_confirmed_order_stays_charged": (
        of_the_order("payment", payment.a_confirmed_order_stays_charged),
        lambda: Example(*PAID).charged("prepared", "captured"),
        lambda: Example(*PAID).charged("prepared", "captured", "refunded"),
    ),
    "published_is_persisted": (on_the_last_event(delivery.published_is_persisted), Example, forged),
    "every_event_was_published": (
        on_the_order(at_rest.every_event_was_published),
        published,
        Example,
    ),
    "confirmed_is_charged_and_cancelled_is_not": (
        of_the_order("payment", payment.confirmed_is_charged_and_cancelled_is_not),
        lambda: Example(*PAID).charged("prepared", "captured"),
        lambda: Example(CAPTURED, CANCELLED).charged("prepared", "captured"),
    ),
    "confirmed_is_paid": (
        of_a_fact("payment", payment.confirmed_is_paid),
        lambda: Example(*PAID).charged("prepared", "captured"),
        lambda: Example(*PAID).charged("prepared", "captured", "refunded"),
    ),
    "confirmed_keeps_its_stock_and_cancelled_returns_it": (
        of_the_order("inventory", inventory.confirmed_keeps_its_stock_and_cancelled_returns_it),
        lambda: Example(RESERVED, CANCELLED, RELEASED),
        lambda: Example(RESERVED, CANCELLED),
    ),
    "confirmed_is_dispatched_and_cancelled_is_not": (
        of_the_order("shipping", shipping.confirmed_is_dispatched_and_cancelled_is_not),
        lambda: Example(*PAID, SENT).booked(),
        lambda: Example(*PAID, SENT),
    ),
    "the_log_records_every_charge_and_refund": (
        of_the_order("payment", payment.the_log_records_every_charge_and_refund),
        lambda: Example(CAPTURED).charged("prepared", "captured"),
        lambda: Example(CAPTURED).charged("prepared", "captured", "refunded"),
    ),
    "the_list_matches_the_log": (
        of_the_order("orders", list_of_orders.the_list_matches_the_log),
        listed,
        Example,
    ),
}
"""A call of each invariant, a shop in which it holds, and one in which it does not."""

OF_A_MESSAGE = "dead_letters_were_tried"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_invariant_holds_for_one_shop_and_fails_for_another(name: str) -> None:
    holds, right, wrong = EXAMPLES[name]

    assert holds(right())
    assert not holds(wrong())


@pytest.mark.parametrize("tried", [True, False])
def test_a_dead_letter_was_tried(tried: bool) -> None:
    message = Message("payment on it", placed(), "", iter(range(9)), 0, 0)
    message.tried = tried
    message.hidden_by(message.receive(0, message.numbers))

    assert delivery.dead_letters_were_tried(message, 0) is tried


def test_every_invariant_is_shown_to_fail() -> None:
    broken = {name for names in FOUND_BY.values() for name in names}

    assert {*broken, *EXAMPLES, OF_A_MESSAGE} == {
        name for each in MODULES for name in _invariants(each)
    }


def _invariants(module: ModuleType) -> set[str]:
    """Return the functions of a module that return whether something holds."""
    functions = getmembers(module, isfunction)
    return {
        name
        for name, function in functions
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and get_annotations(function)["return"] is bool
    }
