"""The end of a run: the list, the figures and the ledger, once they agree with the log."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from events.contracts.ordering import OrderConfirmed
from events.envelope import Event
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.payment.sandbox import LEDGER, SUCCESS, SandboxGateway
from functions.payment.service import SERVICE as PAYMENT
from functions.runtime.handlers.reactor import Reactor
from ops.cli.options import Options
from ops.local.summary import PATIENCE, show_summary
from ops.local.view import View
from ops.logs.filter import Filter
from ops.stage.connection import Connection
from testkit.builders import ORDER, order_placed, placed, then

READ_MODELS = [row for row in CONSUMERS if row.name in ("orders", "analytics")]
PLACED = placed()
CONFIRMED = then(PLACED, OrderConfirmed())


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> View:
    """The view on the day of the order."""
    monkeypatch.setattr("ops.local.summary.utc_now", lambda: PLACED.time)
    return View(Options(), Filter(), io.StringIO())


def handle(connection: Connection, consumer: Consumer, *events: Event[Any]) -> None:
    reactor = Reactor(
        consumer=consumer,
        log=connection.log(),
        clock=lambda: PLACED.time,
        rows=lambda table: connection.rows(consumer, table),
    )
    for event in events:
        reactor.handle(event)


class FakeTime:
    """A clock that advances on sleep, and a callback that runs meanwhile."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.now = 0.0
        self.meanwhile = meanwhile

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


def test_the_summary_is_shown_once_the_read_models_have_caught_up(
    here: Connection, view: View, capsys: pytest.CaptureFixture[str]
) -> None:
    for event in (PLACED, CONFIRMED):
        here.log().append(event)
    gateway = SandboxGateway(here.records(PAYMENT, LEDGER))
    gateway.confirm(gateway.prepare(ORDER, order_placed().total, SUCCESS))
    late = iter(READ_MODELS)

    def meanwhile() -> None:
        consumer = next(late, None)
        if consumer:
            handle(here, consumer, PLACED, CONFIRMED)

    time = FakeTime(meanwhile)

    assert show_summary(here, view, [ORDER], clock=lambda: time.now, sleep=time.sleep)

    output = capsys.readouterr()
    assert 0 < time.now < PATIENCE
    assert output.out.count("288.90 EUR") == 3
    assert "5WQF   confirmed" in output.out
    assert "captured" in output.out
    assert output.err == ""


@pytest.mark.parametrize("missing", READ_MODELS, ids=lambda row: row.name)
def test_a_read_model_that_does_not_catch_up_is_an_error(
    here: Connection,
    view: View,
    capsys: pytest.CaptureFixture[str],
    missing: Consumer,
) -> None:
    for event in (PLACED, CONFIRMED):
        here.log().append(event)
    for consumer in READ_MODELS:
        known = (PLACED,) if consumer is missing else (PLACED, CONFIRMED)
        if consumer is not missing or missing.name == "analytics":
            handle(here, consumer, *known)
    time = FakeTime()

    def sleep(_: float) -> None:
        time.sleep(PATIENCE / 3)  # fewer polls than in a real run

    assert not show_summary(here, view, [ORDER], clock=lambda: time.now, sleep=sleep)

    assert time.now >= PATIENCE
    assert "have not caught up" in capsys.readouterr().err


def test_a_row_that_is_behind_the_log_does_not_agree(here: Connection, view: View) -> None:
    here.log().append(PLACED)
    for consumer in READ_MODELS:
        handle(here, consumer, PLACED)
    here.log().append(CONFIRMED)
    handle(here, READ_MODELS[1], CONFIRMED)
    time = FakeTime()

    assert len(here.log().read(ORDER)) == 2
    assert not show_summary(here, view, [ORDER], clock=lambda: time.now, sleep=time.sleep)
