"""`fanfare order`: lookup, output and waiting."""

import json
import re
from typing import Any

import pytest

from events.codec import decode
from events.contracts.email import DispatchNoteSent, ReceiptSent
from events.contracts.inventory import StockReserved
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.envelope import Fact
from events.history import History
from events.money import Money
from functions.map import CONSUMERS
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.lookups import find_order
from ops.views.order import show, until_at_rest
from ops.views.recipients import UNKNOWN
from testkit.builders import ORDER, history_of
from tests.ops.conftest import FakeLogs, write

CAPTURED = PaymentCaptured(reference="r", amount=Money(amount=1, currency="EUR"))
MOVING = history_of(CAPTURED)
SENT: tuple[Fact, ...] = (
    CAPTURED,
    StockReserved(lines=()),
    OrderConfirmed(),
    DispatchScheduled(carrier="c", reference="r"),
)
RECEIPT = ReceiptSent(message_id="m")
DISPATCHED = history_of(*SENT)
MAILED = history_of(RECEIPT, *SENT, DispatchNoteSent(message_id="m"))
OTHER = "5WQFM8Q1XK3T7ZC0R9N2HDBJE5"


def test_an_order_is_shown_as_a_tree_by_its_first_characters(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, DISPATCHED)

    assert show(here, Options(), "5wqf", events=False, wait=None) is ExitCode.DONE

    shown = capsys.readouterr().out
    assert shown.startswith("5WQF  dispatched in ")
    assert re.search(r"   └─ DispatchScheduled +shipping", shown)


def test_the_tree_shows_failures_from_the_logs(
    here: Connection, logs: FakeLogs, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, MOVING)
    placed = next(iter(MOVING))
    failed = {
        "timestamp": "2026-11-23 09:00:01,000+0000",
        "service": "inventory",
        "outcome": "retry",
        "event": placed.id,
        "receives": 2,
        "error": "ReadTimeoutError",
    }
    logs.write("logs of fanfare-local-inventory", failed, placed.time.timestamp() + 1)

    show(here, Options(), ORDER, events=False, wait=None)

    assert "retry 2 of 29, ReadTimeoutError" in capsys.readouterr().out


def test_a_correlation_id_finds_its_order_and_is_shown(
    here: Connection, logs: FakeLogs, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, MOVING)
    placed = next(iter(MOVING))
    answered = {
        "timestamp": "2026-11-23 09:00:00,100+0000",
        "service": "checkout",
        "outcome": "answered",
        "correlation": placed.correlationid,
        "order": ORDER,
    }
    logs.write("logs of fanfare-local-checkout", answered, placed.time.timestamp())

    assert show(here, Options(), "9d2c6a34-1f0e", events=False, wait=None) is ExitCode.DONE

    assert logs.requests[0]["filterPattern"] == '"9d2c6a34-1f0e"'
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith(ORDER[:4])
    assert shown[-1] == f"correlation {placed.correlationid}"


def test_a_correlation_id_of_no_order_is_not_found(here: Connection) -> None:
    with pytest.raises(CommandError, match="No log line of a function names 9d2c-0") as failed:
        show(here, Options(), "9d2c-0", events=False, wait=None)

    assert failed.value.code is ExitCode.NOT_FOUND


def test_events_are_printed_as_cloudevents(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, DISPATCHED)

    show(here, Options(), ORDER, events=True, wait=None)

    printed = [decode(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == list(DISPATCHED)


def test_as_json_the_order_is_folded(here: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, DISPATCHED)

    show(here, Options(json=True), ORDER, events=False, wait=None)

    folded = json.loads(capsys.readouterr().out)
    assert (folded["id"], folded["status"], folded["moving"]) == (ORDER, "dispatched", False)


@pytest.mark.parametrize("wanted", [ORDER, "5WQ"])
def test_an_unknown_order_is_not_found(here: Connection, wanted: str) -> None:
    with pytest.raises(CommandError, match=f"There is no order {wanted}") as missing:
        show(here, Options(), wanted, events=False, wait=5)

    assert missing.value.code is ExitCode.NOT_FOUND


def test_a_prefix_of_two_orders_is_refused(here: Connection) -> None:
    write(here, history_of())
    write(here, history_of(order=OTHER))

    with pytest.raises(CommandError, match=rf"matches 2 orders \({ORDER}, {OTHER}\)") as unclear:
        find_order(here, "5WQF")

    assert unclear.value.code is ExitCode.USAGE
    assert find_order(here, OTHER) == OTHER


def test_another_stage_needs_the_whole_id(here: Connection) -> None:
    dev = Connection(stage="dev", client=here.client)

    with pytest.raises(CommandError, match="5WQF is not a whole order id") as refused:
        find_order(dev, "5WQF")

    assert refused.value.code is ExitCode.USAGE
    assert find_order(dev, ORDER) == ORDER


class Waiting:
    """Successive reads of an order, and a clock that advances on sleep only."""

    def __init__(self, *histories: History) -> None:
        self.left = list(histories)
        self.now = 0.0

    def read(self) -> History:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def wait(self, patience: float) -> History:
        return until_at_rest(self.read, patience, clock=lambda: self.now, sleep=self.sleep)


def test_waiting_ends_once_the_order_is_complete() -> None:
    waiting = Waiting(MOVING, MOVING, MAILED)

    assert waiting.wait(30) == MAILED
    assert waiting.now < 1


def test_waiting_includes_mails() -> None:
    waiting = Waiting(DISPATCHED, history_of(RECEIPT, *SENT), MAILED)

    assert waiting.wait(30) == MAILED


def test_waiting_ends_after_the_timeout() -> None:
    waiting = Waiting(MOVING)

    assert waiting.wait(30) == MOVING
    assert waiting.now == pytest.approx(30)


def test_a_complete_order_is_done(here: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, MAILED)

    assert show(here, Options(), ORDER, events=False, wait=0) is ExitCode.DONE

    output = capsys.readouterr()
    assert "DispatchNoteSent" in output.out
    assert output.err == ""


def test_a_complete_order_is_shown_with_log_lines_that_come_late(
    here: Connection,
    logs: FakeLogs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    read, seen = logs.filter_log_events, set[str]()

    def late(*, logGroupName: str, **request: Any) -> dict[str, Any]:  # noqa: N803
        first = logGroupName not in seen
        seen.add(logGroupName)
        return {"events": []} if first else read(logGroupName=logGroupName, **request)

    monkeypatch.setattr(logs, "filter_log_events", late)
    monkeypatch.setattr("time.sleep", lambda _: None)
    write(here, MAILED)
    line = {"timestamp": "2026-11-23 09:00:01,000+0000", "outcome": "done"}
    for event in MAILED:
        for consumer in CONSUMERS:
            if consumer.reaction_to(event.type):
                about = line | {"service": consumer.name, "event": event.id}
                logs.write("logs of fanfare-local-orders", about, event.time.timestamp())

    show(here, Options(), ORDER, events=False, wait=30)

    shown = capsys.readouterr().out
    assert "(noted)" in shown
    assert UNKNOWN not in shown


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ((RECEIPT, CAPTURED), "inventory has yet to fill inventory/reserve. ordering has yet"),
        ((RECEIPT, *SENT), "email has yet to fill email/dispatch."),
    ],
    ids=["moving", "unmailed"],
)
def test_an_incomplete_order_is_shown_with_its_outstanding_reactions(
    here: Connection, capsys: pytest.CaptureFixture[str], facts: tuple[Fact, ...], missing: str
) -> None:
    write(here, history_of(*facts))

    assert show(here, Options(), ORDER, events=False, wait=0) is ExitCode.FAILED

    output = capsys.readouterr()
    assert output.out.startswith("5WQF  ")
    assert output.err.startswith(f"It is incomplete after 0 s. {missing}")
