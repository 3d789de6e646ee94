"""The simulator runs with any map: invented consumers of every kind, with tables of equal names."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from events.order_list import LIST
from functions.framework.chore import Chore, Report
from functions.framework.ports import Change, Log, Record, Records, Resources, Row
from functions.framework.reaction import Fill, Keep, On
from functions.framework.service import Adapter, Consumer, Projection
from functions.framework.table import Table
from functions.map import BUS, CONSUMERS
from functions.payment.sandbox import LEDGER
from simulation.campaign import Rows, Tally, campaign

WORLDS = 20
ORDERS = 4


class ExampleScreened(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("examplefraud",)
    slots: ClassVar[tuple[str, ...]] = ("examplefraud/screening",)

    suspicious: bool


class ExampleStamped(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("examplestamps",)
    slots: ClassVar[tuple[str, ...]] = ("examplestamps/stamp",)

    reference: str


class ExampleCounted(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("examplecount",)
    slots: ClassVar[tuple[str, ...]] = ("examplecount/counted",)


FACTS = (ExampleScreened, ExampleStamped, ExampleCounted)


@pytest.fixture(autouse=True)
def _contracts(monkeypatch: pytest.MonkeyPatch) -> None:
    for fact in FACTS:
        monkeypatch.setitem(codec.CONTRACTS, fact.__name__, fact)


# -- states a fact ---------------------------------------------------------------------------------


def screen(placed: Event[OrderPlaced], _: History) -> ExampleScreened:
    return ExampleScreened(suspicious=placed.data.total.amount > 50_000)


def fraud() -> Consumer:
    on = On(event=OrderPlaced, react=screen, history=True, states=(ExampleScreened,))
    return Consumer(name="examplefraud", on=(on,), replayable=True)


# -- keeps rows: a projection of several events, in a table of the same name as that of orders -----


FOLDED = (OrderPlaced, OrderConfirmed, OrderCancelled)


def points(history: History) -> Row | None:
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    known = [event for event in history if type(event.data) in FOLDED]
    earned = placed.data.total.amount // 100 if history.states(OrderConfirmed) else 0
    return Row(
        partition=placed.data.customer or f"guest#{placed.subject}",
        sort=placed.subject,
        values={"points": earned},
        version=len(known),
    )


def reward(_: Event[Any], history: History) -> Keep | None:
    made = points(history)
    return Keep(table=LIST, rows=(made,)) if made else None


def loyalty() -> Consumer:
    return Consumer(
        name="exampleloyalty",
        on=tuple(On(event=event, react=reward, history=True) for event in FOLDED),
        tables=(Table(name=LIST, key="customer", sort="order", access=frozenset({"put"})),),
        projection=Projection(table=LIST, fold=points),
        replayable=True,
    )


# -- keeps rows, summed by a chore -----------------------------------------------------

SUMS = "sums"


def note(event: Event[Any], _: History) -> Keep:
    row = Row(partition=event.type, sort=event.id, values={"one": 1})
    return Keep(table=LIST, rows=(row,))


def sum_up(_: Log, resources: Resources) -> Iterator[Report]:
    for name in ("OrderConfirmed", "OrderCancelled"):
        there = resources.rows(LIST).page(name, limit=1000)
        row = Row(partition=SUMS, sort=name, values={"sum": len(there)}, version=len(there))
        if there and resources.rows(LIST).put(row):
            yield Report(outcome="summed", detail=name)


def sums() -> Consumer:
    return Consumer(
        name="examplesums",
        on=tuple(
            On(event=event, react=note, history=True) for event in (OrderConfirmed, OrderCancelled)
        ),
        tables=(Table(name=LIST, key="type", sort="id", access=frozenset({"put", "page"})),),
        chore=Chore(every=60, run=sum_up),
        replayable=True,
    )


# -- a fact and a number of an own table in one transaction ----------------------------------------


def count(event: Event[Any], history: History) -> Fill | None:
    if history.states(ExampleCounted):
        return None
    change = Change(table=LEDGER, key="all", attribute="orders", by=1)
    return Fill(fact=ExampleCounted(), changes=(change,))


def counter() -> Consumer:
    on = On(event=StockReserved, react=count, history=True, states=(ExampleCounted,))
    ledger = Table(name=LEDGER, key="key", access=frozenset({"change"}))
    return Consumer(name="examplecount", on=(on,), tables=(ledger,), replayable=True)


# -- acts outside: with a key; without one, but with a slot; on a table of its fake ----------------


class Cards:
    def print(self, order: str) -> None:
        pass


def greet(dispatched: Event[Any], _: History, cards: Cards) -> None:
    cards.print(dispatched.subject)


def cards() -> Consumer:
    on = On(event=DispatchScheduled, react=greet, history=True, outside=True)
    fake = Adapter(name="fake", build=lambda _: Cards())
    return Consumer(
        name="examplecards", on=(on,), adapters=(fake,), effects={"print": "order"}, ordered=True
    )


class OutOfInk(Exception):
    pass


class Stamps:
    """A fake that fails by itself, once for each order."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def stamp(self, order: str) -> str:
        if order not in self._known:
            self._known.add(order)
            raise OutOfInk(order)
        return f"stamp-{order}"


def stamp(confirmed: Event[Any], history: History, stamps: Stamps) -> ExampleStamped | None:
    if history.states(ExampleStamped):
        return None
    return ExampleStamped(reference=stamps.stamp(confirmed.subject))


def stamps() -> Consumer:
    on = On(event=OrderConfirmed, react=stamp, history=True, outside=True, states=(ExampleStamped,))
    fake = Adapter(name="fake", build=lambda _: Stamps())
    return Consumer(name="examplestamps", on=(on,), adapters=(fake,), effects={"stamp": None})


class FakeVouchers:
    def __init__(self, ledger: Records) -> None:
        self._ledger = ledger

    def issue(self, order: str, amount: int) -> None:
        if self._ledger.get(order) is None:
            self._ledger.put(Record(key=order, values={"amount": amount}, version=0))


def give(cancelled: Event[Any], _: History, vouchers: FakeVouchers) -> None:
    vouchers.issue(cancelled.subject, amount=500)


def vouchers() -> Consumer:
    on = On(event=OrderCancelled, react=give, history=True, outside=True)
    ledger = Table(name=LEDGER, key="order", access=frozenset({"get", "put"}))
    fake = Adapter(
        name="fake", build=lambda own: FakeVouchers(own.tables(LEDGER)), tables=(ledger,)
    )
    return Consumer(name="examplevouchers", on=(on,), adapters=(fake,), effects={"issue": "order"})


KINDS = (fraud, loyalty, sums, counter, cards, stamps, vouchers)


def invented() -> Rows:
    return (*CONSUMERS, *(make() for make in KINDS)), BUS


def test_invented_consumers_of_every_kind_hold_their_invariants() -> None:
    tally = Tally()

    assert [
        each.violation for each in campaign(range(WORLDS), ORDERS, tally, rows=invented())
    ] == []
    calls = {call.partition(".")[0] for call in tally.calls}
    assert calls >= {"examplecards", "examplestamps", "examplevouchers", "gateway", "carrier"}


@pytest.mark.parametrize("make", KINDS)
def test_bad_luck_is_aimed_at_an_invented_consumer(make: Any) -> None:
    aimed, tally = make(), Tally()
    rows = (*CONSUMERS, aimed), BUS

    worlds = campaign(range(WORLDS), ORDERS, tally, aimed=frozenset({aimed.name}), rows=rows)

    assert list(worlds) == []
    assert len(tally.pairs) > len(tally.missed) / 2
    assert not any(call.startswith(("gateway", "carrier")) for call in tally.calls)


def test_a_map_without_our_consumers_runs() -> None:
    rows = (fraud(), loyalty(), sums()), BUS

    assert list(campaign(range(WORLDS), ORDERS, Tally(), rows=rows)) == []
