"""`fanfare projection`: rows are shown, compared, and removed before a rebuild."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from events.contracts.ordering import OrderConfirmed
from events.order_list import LIST
from functions.framework.ports import Row
from functions.orders.projection import row
from functions.orders.service import SERVICE as ORDERS
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.projections import projection
from ops.stage.connection import Connection
from testkit.builders import NOW, history_of
from tests.ops.conftest import write

MODEL = projection.read_model("orders")
IDS = [f"5WQFM8Q1XK3T7ZC0R9N2HDBJ{number:02}" for number in range(4)]


def _much_later() -> datetime:
    return NOW + timedelta(days=1)


def made(connection: Connection, order: str) -> Row:
    found = row(connection.log().read(order))
    assert found is not None
    return found


@pytest.fixture
def listed(here: Connection) -> Connection:
    return filled(here)


def filled(connection: Connection) -> Connection:
    for order in IDS:
        write(connection, history_of(OrderConfirmed(), order=order))
        connection.rows(ORDERS, LIST).put(made(connection, order))
    return connection


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_the_first_rows_are_shown(listed: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert projection.show(listed, Options(), *MODEL, None, limit=3) is ExitCode.DONE

    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert len([line for line in lines if line.startswith("guest#5WQF")]) == 3
    first = " ".join(lines[: lines.index(lines[3])]).split()
    assert {"amount=28890", "status=confirmed", "version=2"} <= set(first)
    assert max(map(len, lines)) <= 80
    assert "--limit" in output.err


@pytest.mark.parametrize("key", [IDS[2], IDS[2].lower(), f"guest#{IDS[2]}"])
def test_the_row_of_an_order_is_shown_by_the_order_or_by_its_partition(
    listed: Connection, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    assert projection.show(listed, Options(json=True), *MODEL, key, limit=20) is ExitCode.DONE

    (line,) = map(json.loads, shown(capsys).splitlines())
    assert (line["partition"], line["version"]) == (f"guest#{IDS[2]}", 2)
    assert line["values"]["status"] == "confirmed"


def test_a_key_without_rows_is_not_found(listed: Connection) -> None:
    with pytest.raises(CommandError) as missing:
        projection.show(listed, Options(), *MODEL, "5WQFM8Q1XK3T7ZC0R9N2HDBJ99", limit=20)
    assert missing.value.code is ExitCode.NOT_FOUND


@pytest.mark.parametrize("name", ["payment", "ordrs"])
def test_a_consumer_without_a_read_model_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(CommandError, match=f"no projection '{name}'; there are orders") as wrong:
        projection.read_model(name)
    assert wrong.value.code is ExitCode.USAGE


def test_equal_rows_are_reported(listed: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert projection.check(listed, Options(), *MODEL, None, clock=_much_later) is ExitCode.DONE
    assert projection.check(listed, Options(), *MODEL, IDS[0], clock=_much_later) is ExitCode.DONE

    every, one = shown(capsys).splitlines()
    assert every.startswith("4 rows of orders equal the log")
    assert one == "1 row of orders equals the log."


def test_differences_are_listed_with_the_commands_that_fix_them_and_exit_code_5(
    listed: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = listed.rows(ORDERS, LIST)
    gone, wrong = made(listed, IDS[0]), made(listed, IDS[1])
    rows.remove(gone.partition, gone.sort)
    rows.overwrite(Row(partition=wrong.partition, sort=wrong.sort, version=2, values={
        **wrong.values, "status": "placed"}))  # fmt: skip

    def no_sleep(_: float) -> None:
        raise AssertionError("these orders are at rest")

    found = projection.check(listed, Options(), *MODEL, None, clock=_much_later, sleep=no_sleep)
    output = shown(capsys)

    assert found is ExitCode.FOUND
    assert "2 rows of orders differ, 2 equal the log (1 read unit, less than a cent)." in output
    assert f"  missing    {IDS[0]}\n    row {gone.partition}\n        {gone.sort}\n" in output
    assert max(map(len, output.splitlines())) <= 80
    assert "status is 'placed', but 'confirmed' in the log's fold" in output
    assert "To fix them: fanfare replay orders\n" in output

    rows.put(Row(partition="guest#X", sort="1#X", values={}, version=1))
    projection.check(listed, Options(), *MODEL, None, clock=_much_later, sleep=no_sleep)
    assert "To fix them: fanfare projection orders --empty, then fanfare replay orders" in (
        shown(capsys)
    )
    assert projection.check(listed, Options(), *MODEL, IDS[1], clock=_much_later) is ExitCode.FOUND


def test_all_rows_are_removed_and_the_command_that_rebuilds_them_is_printed(
    listed: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert projection.empty(listed, Options(), *MODEL, yes=False) is ExitCode.DONE

    assert list(listed.rows(ORDERS, LIST).all()) == []
    assert shown(capsys) == "Removed 4 rows of orders. Rebuild them: fanfare replay orders\n"
    assert len(listed.log().read(IDS[0])) == 2


def test_another_stage_is_emptied_after_a_confirmation_only(
    stage: Callable[[str], Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = filled(stage("dev"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    with pytest.raises(CommandError, match="--yes") as refused:
        projection.empty(dev, Options(stage="dev"), *MODEL, yes=False)

    assert refused.value.code is ExitCode.REFUSED
    assert len(list(dev.rows(ORDERS, LIST).all())) == 4
    assert projection.empty(dev, Options(stage="dev"), *MODEL, yes=True) is ExitCode.DONE
    assert list(dev.rows(ORDERS, LIST).all()) == []
