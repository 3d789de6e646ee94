"""The three sample orders: how they must end, and what is said if one does not."""

import http.server
import io
import json
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from events.contracts.inventory import StockRejected, StockReleased, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentDeclined, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Fact
from events.money import Money
from events.order import fold
from functions.runtime.memory.log import MemoryLog
from ops.cli.errors import CommandError
from ops.cli.options import Options
from ops.local.demo import Journeys
from ops.local.samples import place, samples
from ops.local.view import View
from ops.logs.filter import Filter
from ops.logs.watch import Pace, Watch
from ops.stage.demo_catalogue import sold_out
from tests.ops.conftest import PlayedLogs
from tests.support.builders import ORDER, story

EUR = Money(amount=100, currency="EUR")
CAPTURED = PaymentCaptured(reference="r", amount=EUR)
REFUNDED = PaymentRefunded(reference="r", amount=EUR)
DECLINED = PaymentDeclined(reference="r", reason="no")
RESERVED = StockReserved(lines=())
DISPATCHED = (CAPTURED, RESERVED, OrderConfirmed(), DispatchScheduled(carrier="c", reference="r"))
REFUSED = (DECLINED, RESERVED, OrderCancelled(reason="payment-declined"), StockReleased(lines=()))
SOLD_OUT = (StockRejected(skus=("A",)), CAPTURED, OrderCancelled(reason="out-of-stock"), REFUNDED)
OWING = SOLD_OUT[:-1]
ENDS = (DISPATCHED, REFUSED, SOLD_OUT)


def test_one_goes_well_one_card_is_declined_one_product_is_sold_out() -> None:
    well, declined, unavailable = (sample.body for sample in samples())

    assert well["payment_token"] == "tok_success"
    assert declined["payment_token"] == "tok_declined"
    assert unavailable["lines"] == [{"sku": sold_out().sku, "quantity": 1}]


@pytest.mark.parametrize("ended", [0, 1, 2])
@pytest.mark.parametrize("expected", [0, 1, 2])
def test_each_must_end_as_it_was_meant_to(ended: int, expected: int) -> None:
    order = fold(story(*ENDS[ended]))

    assert samples()[expected].ended_so(order) is (ended == expected)


def test_an_order_whose_money_was_kept_has_not_ended_as_it_must() -> None:
    assert not samples()[2].ended_so(fold(story(*OWING)))


class Shop(http.server.BaseHTTPRequestHandler):
    """Answers a request for an order."""

    asked: ClassVar[list[Any]]
    status: ClassVar[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.append((self.path, self.headers["content-type"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'{"id": "X", "detail": "no"}')

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[tuple[str, type[Shop]]]:
    class This(Shop):
        asked: ClassVar[list[Any]] = []
        status = 200

    with http.server.HTTPServer(("127.0.0.1", 0), This) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api", This
        server.shutdown()


def test_an_order_is_placed_over_http(shop: tuple[str, type[Shop]]) -> None:
    api, this = shop

    assert place(api, {"lines": []}) == "X"
    assert this.asked == [("/api/checkout", "application/json", {"lines": []})]


def test_an_answer_that_is_no_order_is_told(shop: tuple[str, type[Shop]]) -> None:
    api, this = shop
    this.status = 503

    with pytest.raises(CommandError, match=r'The shop answered 503: .*"detail": "no"'):
        place(api, {})


def test_a_shop_that_does_not_answer_is_told() -> None:
    with pytest.raises(
        CommandError, match=r"The shop does not answer at http://127\.0\.0\.1:1/checkout"
    ):
        place("http://127.0.0.1:1", {})


def travel(
    ends: tuple[tuple[Fact, ...], ...],
    monkeypatch: pytest.MonkeyPatch,
    switched: list[tuple[str, bool]] | None = None,
) -> bool:
    """Let orders be placed that end so at once."""
    log = MemoryLog()
    left = list(ends)

    def placed(api: str, body: dict[str, Any]) -> str:
        order = ORDER[:-1] + str(len(left))
        for event in story(*left.pop(0), order=order):
            log.append(event)
        return order

    monkeypatch.setattr("ops.local.demo.place", placed)
    monkeypatch.setattr("ops.local.demo.PATIENCE", 0)
    view = View(Options(), Filter(), io.StringIO())
    watching = Watch(PlayedLogs(), {}, since=0, pace=Pace(every=0, late=0, hold=0))
    switches = switched if switched is not None else []
    return Journeys(
        log, "http://x", view, watching, lambda *switch: switches.append(switch)
    ).travel()


def test_three_orders_that_end_as_they_must_are_shown_as_trees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert travel(ENDS, monkeypatch)

    said = capsys.readouterr()
    heads = [line for line in said.out.splitlines() if line.startswith("5WQF")]
    assert [head.split(" in ")[0] for head in heads] == [
        "5WQF  dispatched",
        "5WQF  cancelled (payment-declined)",
        "5WQF  cancelled (out-of-stock)",
    ]
    assert said.err == ""


def test_inventory_is_off_while_what_is_sold_out_is_ordered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    switched: list[tuple[str, bool]] = []

    travel(ENDS, monkeypatch, switched)

    assert switched == [("inventory", False), ("inventory", True)]
    assert "inventory is paused: the others go on" in capsys.readouterr().out


def test_one_that_ends_otherwise_is_complained_of_and_the_others_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not travel((DISPATCHED, DISPATCHED, SOLD_OUT), monkeypatch)

    said = capsys.readouterr()
    assert said.out.count("OrderPlaced") == 3
    assert "should have ended cancelled (payment-declined)" in said.err
