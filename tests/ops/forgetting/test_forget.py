"""`fanfare forget`: nothing of a person is left, all else stays, and again it does nothing."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.checkout import OrderPlaced
from events.codec import encode
from events.envelope import Event
from events.history import History
from events.inventory import StockReserved
from events.listing import LIST
from events.ordering import OrderCancelled, OrderConfirmed
from events.payment import PaymentCaptured
from events.shipping import DispatchScheduled
from functions.map import CONSUMERS
from functions.orders.service import SERVICE as ORDERS
from functions.runtime.memory import MemoryLog, MemoryRows, MemoryTables
from functions.runtime.operating.ports import Changing
from functions.runtime.ports import Row
from functions.runtime.react import Reactor
from ops.cloud import Cloud
from ops.forgetting.erasing import TRIES, Shelf, erase
from ops.forgetting.forget import forget
from ops.options import Options
from ops.order import show
from ops.trouble import Exit, Trouble
from tests.builders import EMAIL, NOW, ORDER, SHIP_TO, Clock, order_placed, placed, resources, then
from tests.ops.conftest import write_events
from tests.reading import LISTING, row

CUSTOMER = "4MGN7QW0Z8T1XK5R2C9HDVBJE3"
PERSONAL = (EMAIL, SHIP_TO.name, SHIP_TO.street, SHIP_TO.postal_code, "tok_success", CUSTOMER)


def ended(order: str = ORDER) -> list[Event[Any]]:
    """Return the events of a customer's order that was dispatched."""
    fact = msgspec.structs.replace(order_placed(), customer=CUSTOMER)
    events: list[Event[Any]] = [placed(fact, order=order)]
    for fact_after in (
        PaymentCaptured(reference="r", amount=fact.total),
        StockReserved(lines=()),
        OrderConfirmed(),
        DispatchScheduled(carrier="sandbox", reference="SBX1"),
    ):
        events.append(then(events[-1], fact_after))
    return events


class World:
    """A log in memory, and a read model whose key is personal."""

    def __init__(self) -> None:
        assert LISTING.projection
        self.log, self.rows = MemoryLog(), MemoryRows()
        self.shelf = Shelf("listing", LISTING.projection, self.rows)
        for event in ended():
            self.log.append(event)
        self.listing = Reactor(
            consumer=LISTING, log=self.log, clock=Clock(), rows=lambda _: self.rows
        )
        self.hear(ended())

    def hear(self, events: Sequence[Event[Any]]) -> list[str]:
        return [self.listing.handle(event).outcome for event in events]

    def erase(self, erasure: Any = None) -> Sequence[str]:
        return erase(self.log, erasure or self.log, [self.shelf], ORDER, Clock())

    def said(self) -> str:
        events = b"".join(encode(event) for event in self.log.read(ORDER)).decode()
        return events + str(list(self.rows.all()))

    def right(self) -> bool:
        made = row(self.log.read(ORDER))
        return list(self.rows.all()) == [made]


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_of_the_person_is_left_in_the_log_or_in_the_rows(world: World) -> None:
    assert all(personal in world.said() for personal in PERSONAL)

    assert world.erase() == [f"{ORDER}/placed"]

    assert not [personal for personal in PERSONAL if personal in world.said()]
    assert world.right()


def test_amounts_lines_slots_and_sequence_stay(world: World) -> None:
    before = list(world.log.read(ORDER))

    world.erase()

    after = list(world.log.read(ORDER))
    assert after[1:] == before[1:]
    assert msgspec.structs.replace(after[0], data=before[0].data) == before[0]
    assert (after[0].data.lines, after[0].data.total, after[0].data.fingerprint) == (
        before[0].data.lines,
        before[0].data.total,
        before[0].data.fingerprint,
    )


def test_doing_it_again_changes_nothing(world: World) -> None:
    world.erase()
    said = world.said()

    assert world.erase() == []
    assert world.said() == said


class Crash(BaseException):
    """The process was killed."""


@pytest.mark.parametrize("at", range(5))
def test_killed_at_any_write_and_done_again_it_is_done(world: World, at: int) -> None:
    writes = 0

    def counted(write: Any) -> Any:
        def writing(*given: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes == at + 1:
                raise Crash
            return write(*given)

        return writing

    class Dying(MemoryLog):
        erase = staticmethod(counted(world.log.erase))

    rows = world.rows
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "remove", counted(rows.remove))
        patch.setattr(rows, "overwrite", counted(rows.overwrite))
        with pytest.raises(Crash):
            world.erase(Dying())

    world.erase()

    assert not [personal for personal in PERSONAL if personal in world.said()]
    assert world.right()


def test_a_row_that_a_message_in_flight_brought_back_meanwhile_goes_again(world: World) -> None:
    class Racing(MemoryLog):
        def erase(self, subject: str, at: datetime) -> Sequence[str]:
            made = row(world.log.read(ORDER))
            assert made is not None
            world.rows.put(made)
            return world.log.erase(subject, at)

    world.erase(Racing())

    assert not [personal for personal in PERSONAL if personal in world.said()]
    assert world.right()


def test_who_meets_another_at_it_tries_again_but_not_for_ever(world: World) -> None:
    class Busy(MemoryLog):
        refuses = 1
        asked = 0

        def erase(self, subject: str, at: datetime) -> Sequence[str]:
            self.asked += 1
            if self.asked <= self.refuses:
                raise Changing(f"{subject}/placed")
            return world.log.erase(subject, at)

    busy = Busy()
    busy.refuses = TRIES
    with pytest.raises(Trouble, match=f"{ORDER}/placed is being changed"):
        world.erase(busy)
    assert busy.asked == TRIES
    assert world.erase(Busy()) == [f"{ORDER}/placed"]


def test_old_messages_change_nothing_of_a_forgotten_order(world: World) -> None:
    world.erase()
    said = world.said()

    assert world.hear(ended()) == ["duplicate", "duplicate", "unheard", "duplicate", "duplicate"]
    assert world.said() == said
    assert world.log.append(ended()[0]) == world.log.read(ORDER).find(OrderPlaced)


def test_no_consumer_takes_an_old_message_of_a_forgotten_order_for_forged(world: World) -> None:
    world.erase()
    before = world.log.read(ORDER)
    tables = MemoryTables()
    given = resources(tables, Clock())
    for consumer in CONSUMERS:
        adapter = consumer.adapter()
        reactor = Reactor(
            consumer=consumer,
            log=world.log,
            clock=Clock(),
            rows=given.rows,
            outside=adapter.build(given) if adapter else None,
        )
        outcomes = {
            reactor.handle(event).outcome for event in ended() if event.type in consumer.hears
        }
        assert outcomes <= {"duplicate", "done", "nothing"}, consumer.name
        assert not any(personal in str(list(tables("parcels").all())) for personal in PERSONAL)
    after = world.log.read(ORDER)
    assert [event for event in after if event.slot in {e.slot for e in before}] == list(before)


def test_a_read_model_that_drops_a_forgotten_order_loses_its_row(world: World) -> None:
    def of_known(history: History) -> Row | None:
        first = history.find(OrderPlaced)
        return row(history) if first and first.data.email else None

    projection = type(world.shelf.projection)(table="list", fold=of_known)
    shelf = Shelf("listing", projection, world.rows)

    erase(world.log, world.log, [shelf], ORDER, Clock())

    assert list(world.rows.all()) == []


# -- the command -----------------------------------------------------------------------------------


def later() -> datetime:
    return NOW + timedelta(days=1)


def do(options: Options | None = None, *, order: str = ORDER, yes: bool = False) -> Exit:
    return forget(options or Options(), order, yes=yes, clock=later)


@pytest.fixture
def told(here: Cloud) -> Cloud:
    write_events(here, ended())
    hear(here)
    return here


def hear(cloud: Cloud) -> list[str]:
    orders = Reactor(
        consumer=ORDERS,
        log=cloud.log(),
        clock=later,
        rows=lambda table: cloud.rows(ORDERS, table),
    )
    return [orders.handle(event).outcome for event in ended() if event.type in ORDERS.hears]


def test_an_order_is_forgotten_and_its_row_is_in_nobodys_list(
    told: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = told.rows(ORDERS, LIST)
    assert [kept.partition for kept in rows.all()] == [CUSTOMER]

    assert do(order=ORDER[:4].lower()) is Exit.DONE

    said = capsys.readouterr()
    assert said.out == f"Blanked 1 event, and its row in orders: order {ORDER}.\n"
    assert "at most 14 days" in said.err
    assert [kept.partition for kept in rows.all()] == [f"guest#{ORDER}"]
    first = told.log().read(ORDER).find(OrderPlaced)
    assert first is not None
    assert (first.data.email, first.data.customer) == ("", None)
    assert hear(told) == ["duplicate"] * 3


def test_what_is_forgotten_already_leaves_nothing_to_do(
    told: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    do()
    capsys.readouterr()

    assert do() is Exit.DONE
    assert capsys.readouterr().out == f"Nothing is left to forget: order {ORDER}.\n"
    assert do(Options(json=True)) is Exit.DONE
    assert json.loads(capsys.readouterr().out) == {"order": ORDER, "blanked": []}


def test_a_row_that_was_not_blanked_with_the_log_is_made_good(told: Cloud) -> None:
    rows = told.rows(ORDERS, LIST)
    (old,) = rows.all()
    do()
    (new,) = rows.all()
    rows.remove(new.partition, new.sort)

    assert do() is Exit.DONE
    assert list(rows.all()) == [new]
    assert old != new


def test_the_log_is_changed_under_a_role_of_its_own_and_the_rows_under_another(
    told: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted: list[tuple[str, str]] = []
    real = Cloud.acting_as

    def acting_as(self: Cloud, role: str, session: str) -> Cloud:
        acted.append((role, session))
        return real(self, role, session)

    monkeypatch.setattr(Cloud, "acting_as", acting_as)
    do()

    session = f"forget-{ORDER}"
    assert acted == [("fanfare-local-forget", session), ("fanfare-local-orders-forget", session)]


def test_who_acts_under_a_role_has_its_credentials_and_no_others(told: Cloud) -> None:
    mine = told.client("dynamodb")._request_signer._credentials.access_key
    acting = told.acting_as("fanfare-local-forget", "forget-A")

    theirs = acting.client("dynamodb")._request_signer._credentials
    assert theirs.access_key != mine
    assert theirs.token
    assert acting.stage == told.stage


def test_an_order_that_still_moves_is_refused_and_stays_as_it_is(here: Cloud) -> None:
    write_events(here, ended()[:-1])

    with pytest.raises(Trouble, match=f"{ORDER} is confirmed and still moves") as refused:
        do(yes=True)

    assert refused.value.code is Exit.REFUSED
    assert list(here.log().read(ORDER)) == ended()[:-1]


def test_a_cancelled_order_is_forgotten_once_all_is_undone(here: Cloud) -> None:
    first = ended()[0]
    cancelled = then(first, OrderCancelled(reason="customer"), source="checkout")
    write_events(here, [first, cancelled])

    with pytest.raises(Trouble, match="cancelled and still moves"):
        do()


def test_an_order_that_is_not_there_is_not_found(here: Cloud) -> None:
    with pytest.raises(Trouble, match="no order") as missing:
        do()

    assert missing.value.code is Exit.NOT_FOUND


def test_another_stage_asks_for_consent(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dev = stage("dev")
    write_events(dev, ended())
    monkeypatch.setattr("ops.forgetting.forget.connect", lambda _: dev)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    with pytest.raises(Trouble, match="--yes") as refused:
        do(Options(stage="dev"))

    assert refused.value.code is Exit.REFUSED
    assert list(dev.log().read(ORDER)) == ended()
    assert do(Options(stage="dev"), yes=True) is Exit.DONE


def test_a_forgotten_order_is_still_shown(told: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    do()
    capsys.readouterr()

    assert show(Options(), ORDER, events=False, wait=None) is Exit.DONE
    assert show(Options(), ORDER, events=True, wait=None) is Exit.DONE

    said = capsys.readouterr().out
    assert "dispatched in" in said
    assert not [personal for personal in PERSONAL if personal in said]
