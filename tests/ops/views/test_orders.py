"""`fanfare orders`: the newest orders, or those that wait for an outcome."""

import json
from datetime import timedelta
from typing import Any

import pytest

from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentRefunded
from events.envelope import Fact
from events.history import History
from events.money import Money
from events.order_list import LIST
from functions.map import CONSUMERS
from functions.orders.projection import row
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.main import main
from ops.stage.connection import Connection
from ops.views.orders import show
from testkit.builders import NOW, Clock, placed, then
from tests.ops.conftest import write

ORDERS = next(consumer for consumer in CONSUMERS if consumer.name == "orders")
EUR = Money(amount=28890, currency="EUR")
PAID = PaymentCaptured(reference="r", amount=EUR)
STALLED = OrderStalled(waited_seconds=43200)


class List:
    """A stage with some orders in its list, and `fanfare orders` on it."""

    def __init__(self, connection: Connection, output: pytest.CaptureFixture[str]) -> None:
        self.connection = connection
        self.output = output
        self.clock = Clock()

    def add(self, order: str, *facts: Fact, age: timedelta = timedelta(0)) -> None:
        """Add an order of that age to the log and to the list."""
        events: list[Any] = [placed(order=order, now=NOW - age)]
        for fact in facts:
            slot = "stalled/1" if isinstance(fact, OrderStalled) else None
            events.append(then(events[-1], fact, slot=slot))
        write(self.connection, History(events))
        made = row(History(events))
        assert made is not None
        self.connection.rows(ORDERS, LIST).put(made)

    def shown(self, *, moving: bool = False, **given: Any) -> list[str]:
        """Return the lines of the table."""
        arguments = {"older_than": None, "limit": 50} | given
        assert (
            show(self.connection, Options(), moving=moving, clock=self.clock, **arguments)
            is ExitCode.DONE
        )
        return [line.rstrip() for line in self.output.readouterr().out.splitlines()]


@pytest.fixture
def listing(here: Connection, capsys: pytest.CaptureFixture[str]) -> List:
    return List(here, capsys)


def test_all_orders_are_listed_the_newest_first_with_their_status(listing: List) -> None:
    listing.add("AAAA1", OrderConfirmed(), age=timedelta(hours=3))
    cancelled = OrderCancelled(reason="payment-declined")
    refunded = PaymentRefunded(reference="r", amount=EUR)
    listing.add("BBBB1", PAID, cancelled, refunded, age=timedelta(seconds=30))
    listing.add("CCCC1", PAID, age=timedelta(seconds=12))

    assert listing.shown() == [
        "order  status                                           age  pieces       total",
        "CCCC   paid                                          12.0 s       3  288.90 EUR",
        "BBBB   cancelled (payment-declined), money returned  30.0 s       3  288.90 EUR",
        "AAAA   confirmed                                        3 h       3  288.90 EUR",
    ]


def test_waiting_orders_are_listed_the_oldest_first_with_their_status(listing: List) -> None:
    listing.add("DONE", OrderConfirmed(), age=timedelta(hours=3))
    listing.add("NEWX", age=timedelta(seconds=1))
    listing.add("PAID", PAID, age=timedelta(minutes=10))
    listing.add("STUCK", PAID, STALLED, age=timedelta(hours=13))

    assert [line.split()[:3] for line in listing.shown(moving=True)[1:]] == [
        ["STUC", "paid,", "stalled"],
        ["PAID", "paid", "10"],
        ["NEWX", "placed", "1000"],
    ]
    older = listing.shown(older_than=timedelta(minutes=5))
    assert [line.split()[0] for line in older[1:]] == ["STUC", "PAID"]


def test_a_stalled_order_is_marked_among_the_newest_too(listing: List) -> None:
    listing.add("STUCK", PAID, STALLED, age=timedelta(hours=13))
    listing.add("FOUND", PAID, STALLED, OrderCancelled(reason="stalled"), age=timedelta(hours=14))

    assert [line.split()[:3] for line in listing.shown()[1:]] == [
        ["STUC", "paid,", "stalled"],
        ["FOUN", "cancelled", "(stalled)"],
    ]


def test_an_order_newer_in_the_log_than_in_the_list_is_read_from_the_log(listing: List) -> None:
    listing.add("LATE", age=timedelta(minutes=10))
    listing.connection.log().append(then(placed(order="LATE"), OrderConfirmed()))

    assert listing.shown(moving=True) == []


@pytest.mark.parametrize(
    ("moving", "first", "which"),
    [(False, "NEW", "The newest"), (True, "OLD", "The longest waiting")],
)
def test_orders_over_the_limit_are_left_out_with_a_note(
    listing: List, moving: bool, first: str, which: str
) -> None:
    listing.add("OLD", age=timedelta(minutes=2))
    listing.add("NEW", age=timedelta(minutes=1))

    show(
        listing.connection, Options(), moving=moving, older_than=None, limit=1, clock=listing.clock
    )

    output = listing.output.readouterr()
    assert [line.split()[0] for line in output.out.splitlines()[1:]] == [first]
    assert f"{which} orders, at most 1; --limit shows more" in output.err
    show(
        listing.connection, Options(), moving=moving, older_than=None, limit=2, clock=listing.clock
    )
    assert listing.output.readouterr().err == ""


def test_an_order_in_progress_looks_the_same_in_both_lists(listing: List) -> None:
    listing.add("STUCK", PAID, STALLED, age=timedelta(hours=13))

    assert listing.shown()[1:] == listing.shown(moving=True)[1:]


def test_a_row_without_events_is_shown_from_the_list(listing: List) -> None:
    made = row(History([placed(order="GONE")]))
    assert made is not None
    listing.connection.rows(ORDERS, LIST).put(made)

    assert [line.split()[:2] for line in listing.shown()[1:]] == [["GONE", "placed"]]


def test_an_id_is_shown_by_its_shortest_unique_prefix(listing: List) -> None:
    listing.add("5WQFM8")
    listing.add("5WQFN9", age=timedelta(seconds=1))

    assert [line.split()[0] for line in listing.shown()[1:]] == ["5WQFM", "5WQFN"]


def test_as_json_each_order_is_an_object(listing: List) -> None:
    listing.add("A", OrderConfirmed())
    listing.add("B", OrderCancelled(reason="customer"), age=timedelta(seconds=1))

    show(listing.connection, Options(json=True), moving=False, older_than=None, limit=50)

    lines = listing.output.readouterr().out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["A", "B"]
    assert json.loads(lines[1]) == {
        "id": "B",
        "status": "cancelled",
        "reason": "customer",
        "refund": "none",
        "stalled": False,
        "placed": "2026-11-23T08:59:59Z",
        "total": {"amount": 28890, "currency": "EUR"},
        "pieces": 3,
    }


@pytest.mark.parametrize(
    ("moving", "expected"), [(False, "The list of stage local is empty"), (True, "No such")]
)
def test_a_stage_without_orders_prints_a_message(
    listing: List, moving: bool, expected: str
) -> None:
    show(listing.connection, Options(), moving=moving, older_than=None, limit=50)

    output = listing.output.readouterr()
    assert (output.out, expected in output.err) == ("", True)


def test_in_an_account_the_whole_list_is_read_with_confirmation_only(
    listing: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing.add("A", age=timedelta(minutes=1))
    dev = Options(stage="dev")

    with pytest.raises(CommandError, match="fanfare orders --stage dev --yes") as refused:
        show(listing.connection, dev, moving=False, older_than=None, limit=50)

    assert refused.value.code is ExitCode.REFUSED
    for given in ({"yes": True}, {"moving": True}, {"older_than": timedelta(seconds=1)}):
        arguments: dict[str, Any] = {"moving": False, "older_than": None, "limit": 50} | given
        assert show(listing.connection, dev, clock=listing.clock, **arguments) is ExitCode.DONE
        assert "placed" in listing.output.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--limit", "0"], "--limit"),
        (["--limit", "many"], "--limit"),
        (["--limit", "1.5"], "'1.5' is not a whole number"),
        (["--older-than", "99999999999999d"], "is more than ten years"),
        (["--older-than", "soon"], "is not a duration"),
    ],
)
def test_invalid_arguments_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["orders", *arguments])

    assert ended.value.code == ExitCode.USAGE
    assert expected in " ".join(capsys.readouterr().err.split())
