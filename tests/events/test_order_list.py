"""An order's entry in the list: a fold of `LIST_EVENTS`."""

from itertools import permutations
from typing import Any

import msgspec
import pytest

from events.contracts.inventory import StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentPrepared, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Fact
from events.history import History
from events.money import Money
from events.order_list import LIST_EVENTS, SHARDS, ListEntry, entry, from_values, shards, to_values
from testkit.builders import NOW, ORDER, history_of, order_placed, placed, then

TOTAL = Money(amount=28890, currency="EUR")
CAPTURED = PaymentCaptured(reference="r", amount=TOTAL)
REFUNDED = PaymentRefunded(reference="r", amount=TOTAL)
DISPATCHED = DispatchScheduled(carrier="sandbox", reference="SBX1")
STALLED = (OrderStalled(waited_seconds=43200), "stalled/1")


def of(*facts: Fact | tuple[Fact, str]) -> ListEntry:
    made = entry(history_of(*facts))
    assert made is not None
    return made


def test_without_a_placed_order_there_is_no_entry() -> None:
    assert entry(History()) is None
    assert entry(History([then(placed(), OrderConfirmed())])) is None


@pytest.mark.parametrize(
    ("facts", "status", "reason", "refund"),
    [
        ((), "placed", None, "none"),
        ((CAPTURED, StockReserved(lines=())), "placed", None, "none"),
        ((OrderConfirmed(),), "confirmed", None, "none"),
        ((OrderConfirmed(), DISPATCHED), "dispatched", None, "none"),
        ((OrderCancelled(reason="customer"),), "cancelled", "customer", "none"),
        ((CAPTURED, OrderCancelled(reason="stalled"), REFUNDED), "cancelled", "stalled", "done"),
        ((STALLED,), "placed", None, "none"),
    ],
)
def test_an_entry_has_the_furthest_step_the_reason_and_the_refund(
    facts: tuple[Any, ...], status: str, reason: str | None, refund: str
) -> None:
    listed = of(*facts).listed

    assert (listed.status, listed.reason, listed.refund) == (status, reason, refund)
    assert (listed.id, listed.placed, listed.total, listed.pieces) == (ORDER, NOW, TOTAL, 3)


def test_a_customer_has_a_list_and_every_guests_order_is_a_list_of_its_own() -> None:
    customer = "7ZC0R9N2HDBJE45WQFM8Q1XK3T"
    fact = msgspec.structs.replace(order_placed(), customer=customer)
    theirs = entry(History([placed(fact)]))

    assert theirs is not None
    assert theirs.customer == customer
    assert of().customer == f"guest#{ORDER}"


def test_an_entrys_place_is_the_sequence_of_order_placed_and_the_order_id() -> None:
    made = of(OrderConfirmed())

    assert made.place == f"{placed().sequence}#{ORDER}"


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ((), "fresh"),
        ((STALLED,), "stalled"),
        ((OrderConfirmed(),), None),
        ((STALLED, OrderCancelled(reason="stalled")), None),
    ],
)
def test_an_entry_is_in_the_index_until_the_outcome_and_in_other_shards_once_stalled(
    facts: tuple[Any, ...], kind: str | None
) -> None:
    found = of(*facts).open

    kinds = dict.fromkeys(shards(stalled=False), "fresh") | dict.fromkeys(
        shards(stalled=True), "stalled"
    )
    assert (kinds[found] if found else None) == kind


def test_open_orders_spread_over_all_shards() -> None:
    orders = [entry(History([placed(order=f"ORDER{number}")])) for number in range(400)]
    found = [made.open for made in orders if made]

    assert set(found) == set(shards(stalled=False))
    assert all(found.count(shard) > 400 / SHARDS / 2 for shard in shards(stalled=False))


def test_facts_of_other_types_do_not_change_the_entry() -> None:
    others = (PaymentPrepared(reference="r"), CAPTURED, StockReserved(lines=()))
    whole = history_of(*others, OrderConfirmed(), DISPATCHED)
    listed = History(event for event in whole if isinstance(event.data, LIST_EVENTS))

    assert len(listed) < len(whole)
    assert entry(listed) == entry(whole)


def test_the_order_of_arrival_does_not_change_the_entry() -> None:
    whole = list(history_of(CAPTURED, STALLED, OrderCancelled(reason="stalled"), REFUNDED))

    assert {str(entry(History(order))) for order in permutations(whole)} == {
        str(entry(History(whole)))
    }


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (OrderConfirmed(),),
        (OrderConfirmed(), DISPATCHED),
        (OrderCancelled(reason="customer"),),
        (CAPTURED, OrderCancelled(reason="stalled"), REFUNDED),
    ],
)
def test_a_listed_order_is_restored_from_its_plain_values(
    facts: tuple[Fact, ...],
) -> None:
    made = of(*facts)

    assert all(isinstance(value, str | int) for value in to_values(made.listed).values())
    assert from_values(made.place, to_values(made.listed)) == made.listed
