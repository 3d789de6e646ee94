"""`fanfare replay` on a stage: refusals, dry runs and sending."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from functions import names
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.main import main
from ops.replays import replay as replaying
from ops.replays.replay import replay
from ops.stage.connection import Connection
from testkit.builders import placed
from tests.ops.conftest import write
from tests.ops.replays.conftest import IDS, fill, raises, received
from tests.support.fake_time import Time
from tests.support.read_model import LISTING


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ({"name": "emial"}, ExitCode.USAGE, r"no consumer 'emial'\. Did you mean email\?"),
        ({"name": "payment"}, ExitCode.REFUSED, "payment is not replayable: .*act on the outside"),
        ({"since": "2026-11-23T11:00:00Z"}, ExitCode.USAGE, "--since .* is not before --until now"),
        ({"since": "2h", "until": "3h"}, ExitCode.USAGE, "is not before --until 3h"),
        ({"since": "2h", "until": "2h"}, ExitCode.USAGE, "is not before"),
        ({"since": "2026-11-24"}, ExitCode.USAGE, "is not before"),
        ({"until": "2026-11-23T10:00:01Z"}, ExitCode.USAGE, "in the future"),
        ({"since": "yesterday"}, ExitCode.USAGE, "--since: 'yesterday' is not a time: write it"),
        ({"until": "2026-02-30"}, ExitCode.USAGE, "--until: '2026-02-30' is not a time"),
        ({"since": "2026-11-23T09:00"}, ExitCode.USAGE, "with a zone"),
        (
            {"types": ("OrderPlacd",)},
            ExitCode.USAGE,
            "no type 'OrderPlacd'; orders subscribes to Dispatch",
        ),
        (
            {"types": ("StockReserved",)},
            ExitCode.USAGE,
            "orders does not subscribe to StockReserved; orders",
        ),
        ({"rate": 0.0}, ExitCode.USAGE, "--rate 0 would send nothing"),
        ({"rate": -1.0}, ExitCode.USAGE, "--rate -1"),
        ({"rate": float("nan")}, ExitCode.USAGE, "--rate nan"),
        ({"rate": float("inf")}, ExitCode.USAGE, "--rate inf"),
    ],
)
def test_invalid_options_are_refused_before_it_connects(
    go: Callable[..., ExitCode], folder: Path, given: dict[str, Any], code: ExitCode, text: str
) -> None:
    raises(code, text, lambda: go(**given))
    assert list(folder.iterdir()) == []


def test_a_missing_order_is_not_found(stocked: Connection, go: Callable[..., ExitCode]) -> None:
    raises(ExitCode.NOT_FOUND, "no order", lambda: go(orders=("5WQFM8Q1XK3T7ZC0R9N2HDBJ99",)))


def test_a_consumer_that_is_not_replayable_is_refused(
    go: Callable[..., ExitCode], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.stage.consumers.CONSUMERS", (replace(LISTING, replayable=False),))

    raises(ExitCode.REFUSED, "listing is not replayable: its service", lambda: go("listing"))


@pytest.mark.parametrize(("typed", "sent"), [(None, 0), ("no", 0), ("", 0), ("dev", 24)])
def test_another_stage_needs_a_confirmation(
    stage: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
    connect: Mock,
    go: Callable[..., ExitCode],
    folder: Path,
    typed: str | None,
    sent: int,
) -> None:
    dev = fill(stage("dev"))
    connect.side_effect = lambda: dev
    monkeypatch.setattr("sys.stdin.isatty", lambda: typed is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda: typed)
    options = Options(stage="dev")

    if sent:
        assert go(options=options) is ExitCode.DONE
    else:
        raises(ExitCode.REFUSED, "Nothing was changed", lambda: go(options=options))
    assert len(received(dev)) == sent
    assert len(list(folder.iterdir())) == bool(sent)
    assert go(options=options, yes=True) is ExitCode.DONE


# -- dry run ---------------------------------------------------------------------------------------


def test_a_dry_run_prints_the_plan_and_changes_nothing(
    stocked: Connection,
    go: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert go(dry_run=True, since="2026-11-23T09:02:00Z", rate=5.0) is ExitCode.DONE

    output = capsys.readouterr().out
    assert "Would send 20 events of 10 orders  log → fanfare-local-orders (parallel)" in output
    assert "10  OrderConfirmed" in output
    assert f"oldest   2026-11-23T09:02:00.000Z  {IDS[2]}/placed" in output
    assert "at 5/s it takes 4000 ms, and less than a cent of SQS" in output
    assert "Nothing was changed." in output
    *text, command, _ = output.splitlines()
    assert command.startswith("  fanfare replay orders --since 2026-11-23T09:02:00Z --until ")
    assert max(map(len, text)) <= 80
    assert received(stocked) == []
    assert list(folder.iterdir()) == []


SELECTIONS: list[dict[str, Any]] = [
    {},
    {"since": "2026-11-23T09:03:00Z", "until": "2026-11-23T09:07:00Z"},
    {"types": ("OrderPlaced",)},
    {"orders": (IDS[3].lower(), IDS[5])},
    {"rate": 3.0, "orders": (IDS[0], IDS[1]), "types": ("OrderConfirmed",)},
]


@pytest.mark.parametrize("given", SELECTIONS)
def test_the_command_of_a_dry_run_sends_the_estimated_events(
    stocked: Connection,
    time: Time,
    go: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    go(dry_run=True, options=Options(json=True), **given)
    plan = json.loads(capsys.readouterr().out)
    time.clock.advance(minutes=5)
    write(stocked, [placed(order="LATER", now=time.clock.now - timedelta(minutes=1))])
    monkeypatch.setattr("ops.stage.connection.connect", lambda _: stocked)
    monkeypatch.setattr(replaying, "replay", partial(replay, clock=time.clock, pace=time.pace))

    assert main(plan["command"].split()[1:]) is ExitCode.DONE

    sent = received(stocked)
    estimate = plan["would_send"]
    assert Counter(event.type for event in sent) == estimate["types"]
    assert (len(sent), len({event.subject for event in sent})) == (
        estimate["events"],
        estimate["orders"],
    )
    assert min(event.time for event in sent).isoformat() == estimate["oldest"]["time"].replace(
        "Z", "+00:00"
    )


def test_nothing_to_send_is_reported_and_creates_no_job(
    stocked: Connection,
    go: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert go(since="2m") is ExitCode.DONE

    assert "Would send 0 events of 0 orders" in capsys.readouterr().out
    assert list(folder.iterdir()) == []


# -- sending ---------------------------------------------------------------------------------------


def test_all_subscribed_types_are_sent_and_the_next_step_is_printed(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    assert go() is ExitCode.DONE

    assert {event.type for event in received(stocked)} == {"OrderPlaced", "OrderConfirmed"}
    output = capsys.readouterr()
    assert output.out == (
        "Sent 24 events to orders. The consumer handles them now; then compare its rows with the"
        " log: fanfare projection orders --check\n"
    )
    assert "job orders-2026" in output.err


def test_it_prints_json(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    go(options=Options(json=True), types=("OrderPlaced",), rate=0.5)

    *on_the_way, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (last["state"], last["sent"], last["types"]) == ("done", 12, {"OrderPlaced": 12})
    assert all(line["of"] == 12 for line in on_the_way)


def test_with_wait_it_waits_until_the_queue_is_empty(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(wait=0.0, orders=(IDS[0],)) is ExitCode.FAILED
    assert "2 messages still waiting after 0 s." in capsys.readouterr().err


def test_an_unreadable_event_stops_it_before_anything_is_sent(
    stocked: Connection, go: Callable[..., ExitCode]
) -> None:
    item = {"subject": {"S": "X"}, "slot": {"S": "placed"}, "type": {"S": "OrderPlaced"}}
    newer = item | {"time": {"S": "2026-11-23T09:00:00Z"}}
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=newer)

    raises(ExitCode.FAILED, "X/placed.*Nothing was sent", go)
    assert received(stocked) == []
