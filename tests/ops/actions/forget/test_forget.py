"""`fanfare forget`: personal data is erased, all else stays, and a second run does nothing."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled
from events.order_list import LIST
from functions.orders.service import SERVICE as ORDERS
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.operating.erase import DynamoErasure
from functions.runtime.operating.ports import ConcurrentChange
from ops.actions.forget import forget
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.views.order import show
from testkit.builders import NOW, ORDER, then
from tests.ops.actions.forget.conftest import CUSTOMER, PERSONAL, ended
from tests.ops.conftest import write
from tests.support.template import REGION


def later() -> datetime:
    return NOW + timedelta(days=1)


def do(
    connection: Connection, *, order: str = ORDER, yes: bool = False, as_json: bool = False
) -> ExitCode:
    options = Options(stage=connection.stage, json=as_json)
    return forget(connection, options, order, yes=yes, clock=later)


@pytest.fixture
def stored(here: Connection) -> Connection:
    write(here, ended())
    handle(here)
    return here


def handle(connection: Connection) -> list[str]:
    orders = Reactor(
        consumer=ORDERS,
        log=connection.log(),
        clock=later,
        rows=lambda table: connection.rows(ORDERS, table),
    )
    return [
        orders.handle(event).outcome for event in ended() if event.type in ORDERS.subscribed_types
    ]


def test_an_order_is_erased_and_its_row_is_in_no_customers_list(
    stored: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = stored.rows(ORDERS, LIST)
    assert [kept.partition for kept in rows.all()] == [CUSTOMER]

    assert do(stored, order=ORDER[:4].lower()) is ExitCode.DONE

    output = capsys.readouterr()
    assert output.out == (
        f"Erased the personal data in 1 event and in the row of orders: order {ORDER}.\n"
    )
    assert "at most 14 days" in output.err
    assert [kept.partition for kept in rows.all()] == [f"guest#{ORDER}"]
    first = stored.log().read(ORDER).find(OrderPlaced)
    assert first is not None
    assert (first.data.email, first.data.customer) == ("", None)
    assert handle(stored) == ["duplicate"] * 3


def test_events_that_keep_changing_are_an_error_that_names_one(
    stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erase(*_: object) -> Sequence[str]:
        raise ConcurrentChange(f"{ORDER}/placed")

    monkeypatch.setattr(DynamoErasure, "erase", erase)
    with pytest.raises(CommandError, match=f"Another process is changing {ORDER}/placed: find"):
        do(stored, yes=True)


def test_a_second_run_has_nothing_to_do(
    stored: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    do(stored)
    capsys.readouterr()

    assert do(stored) is ExitCode.DONE
    assert capsys.readouterr().out == f"Nothing is left to erase: order {ORDER}.\n"
    assert do(stored, as_json=True) is ExitCode.DONE
    assert json.loads(capsys.readouterr().out) == {"order": ORDER, "blanked": []}


def test_a_row_that_is_missing_after_the_erasure_is_rebuilt(stored: Connection) -> None:
    rows = stored.rows(ORDERS, LIST)
    (old,) = rows.all()
    do(stored)
    (new,) = rows.all()
    rows.remove(new.partition, new.sort)

    assert do(stored) is ExitCode.DONE
    assert list(rows.all()) == [new]
    assert old != new


def test_the_log_is_changed_under_a_role_of_its_own_and_the_rows_under_another(
    stored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted: list[tuple[str, str]] = []
    real = Connection.acting_as

    def acting_as(self: Connection, role: str, session: str) -> Connection:
        acted.append((role, session))
        return real(self, role, session)

    monkeypatch.setattr(Connection, "acting_as", acting_as)
    do(stored)

    session = f"forget-{ORDER}"
    roles = [f"fanfare-local-{role}-{REGION}" for role in ("forget", "orders-forget")]
    assert acted == [(role, session) for role in roles]


def test_a_connection_under_a_role_has_the_credentials_of_that_role_only(
    stored: Connection,
) -> None:
    mine = stored.client("dynamodb")._request_signer._credentials.access_key
    acting = stored.acting_as(f"fanfare-local-forget-{REGION}", "forget-A")

    theirs = acting.client("dynamodb")._request_signer._credentials
    assert theirs.access_key != mine
    assert theirs.token
    assert acting.stage == stored.stage


def test_an_order_in_progress_is_refused_and_unchanged(here: Connection) -> None:
    write(here, ended()[:-1])

    with pytest.raises(
        CommandError, match=f"{ORDER} is confirmed and still in progress"
    ) as refused:
        do(here, yes=True)

    assert refused.value.code is ExitCode.REFUSED
    assert list(here.log().read(ORDER)) == ended()[:-1]


def test_a_cancelled_order_is_refused_until_its_compensation_is_complete(here: Connection) -> None:
    first = ended()[0]
    cancelled = then(first, OrderCancelled(reason="customer"), source="checkout")
    write(here, [first, cancelled])

    with pytest.raises(CommandError, match="cancelled and still in progress"):
        do(here)


def test_an_unknown_order_is_not_found(here: Connection) -> None:
    with pytest.raises(CommandError, match="no order") as missing:
        do(here)

    assert missing.value.code is ExitCode.NOT_FOUND


def test_another_stage_needs_confirmation(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dev = stage("dev")
    write(dev, ended())
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    with pytest.raises(CommandError, match="--yes") as refused:
        do(dev)

    assert refused.value.code is ExitCode.REFUSED
    assert list(dev.log().read(ORDER)) == ended()
    assert do(dev, yes=True) is ExitCode.DONE


def test_an_erased_order_can_still_be_shown(
    stored: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    do(stored)
    capsys.readouterr()

    assert show(stored, Options(), ORDER, events=False, wait=None) is ExitCode.DONE
    assert show(stored, Options(), ORDER, events=True, wait=None) is ExitCode.DONE

    output = capsys.readouterr().out
    assert "dispatched in" in output
    assert not [personal for personal in PERSONAL if personal in output]
