"""The three sample orders: their expected ends, and the error if one ends otherwise."""

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
from ops.local.demo import Demo
from ops.local.samples import place, samples
from ops.local.view import View
from ops.logs.filter import Filter
from ops.logs.watch import PollTiming, Watch
from ops.stage.demo_catalogue import sold_out
from testkit.builders import ORDER, history_of
from tests.ops.conftest import FakeLogs

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


def test_one_order_succeeds_one_is_declined_one_is_out_of_stock() -> None:
    well, declined, unavailable = (sample.body for sample in samples())

    assert well["payment_token"] == "tok_success"
    assert declined["payment_token"] == "tok_declined"
    assert unavailable["lines"] == [{"sku": sold_out().sku, "quantity": 1}]


@pytest.mark.parametrize("ended", [0, 1, 2])
@pytest.mark.parametrize("expected", [0, 1, 2])
def test_a_sample_matches_only_its_own_end(ended: int, expected: int) -> None:
    order = fold(history_of(*ENDS[ended]))

    assert samples()[expected].matches(order) is (ended == expected)


def test_an_order_without_its_refund_does_not_match() -> None:
    assert not samples()[2].matches(fold(history_of(*OWING)))


class FakeShop(http.server.BaseHTTPRequestHandler):
    """Answers a request for an order."""

    requests: ClassVar[list[Any]]
    status: ClassVar[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.requests.append((self.path, self.headers["content-type"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'{"id": "X", "detail": "no"}')

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[tuple[str, type[FakeShop]]]:
    class This(FakeShop):
        requests: ClassVar[list[Any]] = []
        status = 200

    with http.server.HTTPServer(("127.0.0.1", 0), This) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api", This
        server.shutdown()


def test_an_order_is_placed_over_http(shop: tuple[str, type[FakeShop]]) -> None:
    api, this = shop

    assert place(api, {"lines": []}) == "X"
    assert this.requests == [("/api/checkout", "application/json", {"lines": []})]


def test_an_error_answer_is_reported(shop: tuple[str, type[FakeShop]]) -> None:
    api, this = shop
    this.status = 503

    with pytest.raises(CommandError, match=r'The shop answered 503: .*"detail": "no"'):
        place(api, {})


def test_a_shop_that_does_not_answer_is_reported() -> None:
    with pytest.raises(
        CommandError, match=r"The shop does not answer at http://127\.0\.0\.1:1/checkout"
    ):
        place("http://127.0.0.1:1", {})


def run_demo(
    ends: tuple[tuple[Fact, ...], ...],
    monkeypatch: pytest.MonkeyPatch,
    enabled: list[tuple[str, bool]] | None = None,
    logs: FakeLogs | None = None,
) -> bool:
    """Run the demo with orders that have these facts at once."""
    log = MemoryLog()
    left = list(ends)

    def placed(api: str, body: dict[str, Any]) -> str:
        order = ORDER[:-1] + str(len(left))
        for event in history_of(*left.pop(0), order=order):
            log.append(event)
        return order

    monkeypatch.setattr("ops.local.demo.place", placed)
    monkeypatch.setattr("ops.local.demo.PATIENCE", 0)
    monkeypatch.setattr("ops.local.demo.STRAGGLERS", 0.05 if logs else 0)
    view = View(Options(), Filter(), io.StringIO())
    timing = PollTiming(every=0, late=1e10, hold=0, find=1e10)
    watching = Watch(logs or FakeLogs(), {"all": "logs"}, since=0, timing=timing)
    calls = enabled if enabled is not None else []
    return Demo(log, "http://x", view, watching, lambda *call: calls.append(call)).run()


def test_three_orders_with_the_expected_ends_are_shown_as_trees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_demo(ENDS, monkeypatch)

    output = capsys.readouterr()
    heads = [line for line in output.out.splitlines() if line.startswith("5WQF")]
    assert [head.split(" in ")[0] for head in heads] == [
        "5WQF  dispatched",
        "5WQF  cancelled (payment-declined)",
        "5WQF  cancelled (out-of-stock)",
    ]
    assert output.err == ""


class LateLogs(FakeLogs):
    """Logs whose lines arrive after the polls that show all facts."""

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        found = super().filter_log_events(**request)
        return found if len(self.requests) > 2 * len(ENDS) else {"events": []}


def test_trees_have_what_consumers_without_facts_logged_late(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = LateLogs()
    line = {"timestamp": "2026-11-23 09:00:00,000+0000", "service": "orders", "outcome": "done"}
    known = {"order": f"{ORDER[:-1]}1", "event": f"{ORDER[:-1]}1/placed", "type": "OrderPlaced"}
    logs.write("logs", line | known, 1)

    run_demo(ENDS, monkeypatch, logs=logs)

    assert "orders (noted)" in capsys.readouterr().out


def test_inventory_is_paused_while_the_last_order_is_placed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enabled: list[tuple[str, bool]] = []

    run_demo(ENDS, monkeypatch, enabled)

    assert enabled == [("inventory", False), ("inventory", True)]
    assert "inventory is paused; the others continue" in capsys.readouterr().out


def test_an_unexpected_end_is_an_error_and_the_other_orders_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not run_demo((DISPATCHED, DISPATCHED, SOLD_OUT), monkeypatch)

    output = capsys.readouterr()
    assert output.out.count("OrderPlaced") == 3
    assert "should have ended cancelled (payment-declined)" in output.err
