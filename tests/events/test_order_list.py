"""An order's entry in a list: a fold of the few facts that it tells of."""

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
from events.order_list import HEARD, SHARDS, Entry, entry, flat, parts, unflat
from tests.support.builders import NOW, ORDER, order_placed, placed, story, then

TOTAL = Money(amount=28890, currency="EUR")
CAPTURED = PaymentCaptured(reference="r", amount=TOTAL)
REFUNDED = PaymentRefunded(reference="r", amount=TOTAL)
DISPATCHED = DispatchScheduled(carrier="sandbox", reference="SBX1")
STALLED = (OrderStalled(waited_seconds=43200), "stalled/1")


def of(*facts: Fact | tuple[Fact, str]) -> Entry:
    made = entry(story(*facts))
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
def test_it_tells_the_furthest_step_the_reason_and_whether_money_went_back(
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


def test_its_place_sorts_by_the_time_of_placing_and_names_the_order() -> None:
    made = of(OrderConfirmed())

    assert made.place == f"{placed().sequence}#{ORDER}"


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ((), "fresh"),
        ((STALLED,), "stalled"),
        ((OrderConfirmed(),), None),
        ((STALLED, OrderCancelled(reason="stalled")), None),
    ],
)
def test_it_is_open_until_its_outcome_apart_once_it_is_known_to_be_stalled(
    facts: tuple[Any, ...], part: str | None
) -> None:
    found = of(*facts).open

    kinds = dict.fromkeys(parts(stalled=False), "fresh") | dict.fromkeys(
        parts(stalled=True), "stalled"
    )
    assert (kinds[found] if found else None) == part


def test_open_orders_spread_over_all_parts() -> None:
    orders = [entry(History([placed(order=f"ORDER{number}")])) for number in range(400)]
    found = [made.open for made in orders if made]

    assert set(found) == set(parts(stalled=False))
    assert all(found.count(part) > 400 / SHARDS / 2 for part in parts(stalled=False))


def test_facts_that_are_not_heard_change_nothing_of_it() -> None:
    unheard = (PaymentPrepared(reference="r"), CAPTURED, StockReserved(lines=()))
    whole = story(*unheard, OrderConfirmed(), DISPATCHED)
    heard = History(event for event in whole if isinstance(event.data, HEARD))

    assert len(heard) < len(whole)
    assert entry(heard) == entry(whole)


def test_the_order_of_arrival_changes_nothing_of_it() -> None:
    whole = list(story(CAPTURED, STALLED, OrderCancelled(reason="stalled"), REFUNDED))

    assert {str(entry(History(order))) for order in permutations(whole)} == {
        str(entry(History(whole)))
    }


@pytest.mark.parametrize("facts", [(), (OrderConfirmed(),), (OrderCancelled(reason="customer"),)])
def test_it_is_read_back_from_the_plain_values_that_it_is_kept_as(
    facts: tuple[Fact, ...],
) -> None:
    made = of(*facts)

    assert all(isinstance(value, str | int) for value in flat(made.listed).values())
    assert unflat(made.place, flat(made.listed)) == made.listed
