"""`fanfare replay` on a stage: what is refused, foretold and sent."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from functions import names
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.main import main
from ops.replays import replay as replaying
from ops.replays.replay import replay
from ops.stage.connection import Connection
from tests.ops.conftest import write_events
from tests.ops.replays.conftest import IDS, Reachable, filled, received, troubled
from tests.support.builders import placed
from tests.support.played import Time
from tests.support.read_model import LISTING


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ({"name": "emial"}, ExitCode.USAGE, "no consumer 'emial'; the consumers are payment, inventory"),
        ({"name": "payment"}, ExitCode.REFUSED, "payment is not replayable: .*act on the outside"),
        ({"since": "2026-11-23T11:00:00Z"}, ExitCode.USAGE, "--since .* is not before --until now"),
        ({"since": "2h", "until": "3h"}, ExitCode.USAGE, "is not before --until 3h"),
        ({"since": "2h", "until": "2h"}, ExitCode.USAGE, "is not before"),
        ({"since": "2026-11-24"}, ExitCode.USAGE, "is not before"),
        ({"until": "2026-11-23T10:00:01Z"}, ExitCode.USAGE, "in the future"),
        ({"since": "yesterday"}, ExitCode.USAGE, "--since: 'yesterday' is not a time: write it"),
        ({"until": "2026-02-30"}, ExitCode.USAGE, "--until: '2026-02-30' is not a time"),
        ({"since": "2026-11-23T09:00"}, ExitCode.USAGE, "with a zone"),
        ({"types": ("OrderPlacd",)}, ExitCode.USAGE, "no type 'OrderPlacd'; orders hears Dispatch"),
        (
            {"types": ("StockReserved",)},
            ExitCode.USAGE,
            "orders does not hear StockReserved; orders",
        ),
        ({"rate": 0.0}, ExitCode.USAGE, "--rate 0 would send nothing"),
        ({"rate": -1.0}, ExitCode.USAGE, "--rate -1"),
        ({"rate": float("nan")}, ExitCode.USAGE, "--rate nan"),
        ({"rate": float("inf")}, ExitCode.USAGE, "--rate inf"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_stage_is_asked(
    go: Callable[..., ExitCode], folder: Path, given: dict[str, Any], code: ExitCode, says: str
) -> None:
    troubled(code, says, lambda: go(**given))
    assert list(folder.iterdir()) == []


def test_an_order_that_is_not_there_is_not_found(
    stocked: Connection, go: Callable[..., ExitCode]
) -> None:
    troubled(ExitCode.NOT_FOUND, "no order", lambda: go(orders=("5WQFM8Q1XK3T7ZC0R9N2HDBJ99",)))


def test_who_is_not_said_to_be_replayable_is_not(
    go: Callable[..., ExitCode], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.stage.lookups.CONSUMERS", (replace(LISTING, replayable=False),))

    troubled(ExitCode.REFUSED, "listing is not replayable: its service", lambda: go("listing"))


@pytest.mark.parametrize(("typed", "sent"), [(None, 0), ("no", 0), ("", 0), ("dev", 24)])
def test_another_stage_asks_for_consent(
    stage: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
    reachable: Reachable,
    go: Callable[..., ExitCode],
    folder: Path,
    typed: str | None,
    sent: int,
) -> None:
    dev = filled(stage("dev"))
    reachable.connection = dev
    monkeypatch.setattr("sys.stdin.isatty", lambda: typed is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda: typed)
    options = Options(stage="dev")

    if sent:
        assert go(options=options) is ExitCode.DONE
    else:
        troubled(ExitCode.REFUSED, "Nothing was changed", lambda: go(options=options))
    assert len(received(dev)) == sent
    assert len(list(folder.iterdir())) == bool(sent)
    assert go(options=options, yes=True) is ExitCode.DONE


# -- dry run ---------------------------------------------------------------------------------------


def test_a_dry_run_tells_what_would_be_sent_and_changes_nothing(
    stocked: Connection,
    go: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert go(dry_run=True, since="2026-11-23T09:02:00Z", rate=5.0) is ExitCode.DONE

    said = capsys.readouterr().out
    assert "Would send 20 events of 10 orders  log → fanfare-local-orders (parallel)" in said
    assert "10  OrderConfirmed" in said
    assert f"oldest   2026-11-23T09:02:00.000Z  {IDS[2]}/placed" in said
    assert "at 5/s it takes 4000 ms, and less than a cent of SQS" in said
    assert "Nothing was changed." in said
    *text, command, _ = said.splitlines()
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
def test_what_a_dry_run_tells_is_what_its_command_sends(
    stocked: Connection,
    time: Time,
    go: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    go(dry_run=True, options=Options(json=True), **given)
    told = json.loads(capsys.readouterr().out)
    time.clock.advance(minutes=5)
    write_events(stocked, [placed(order="LATER", now=time.clock.now - timedelta(minutes=1))])
    monkeypatch.setattr("ops.stage.connection.connect", lambda _: stocked)
    monkeypatch.setattr(replaying, "replay", partial(replay, clock=time.clock, pace=time.pace))

    assert main(told["command"].split()[1:]) is ExitCode.DONE

    sent = received(stocked)
    census = told["would_send"]
    assert Counter(event.type for event in sent) == census["types"]
    assert (len(sent), len({event.subject for event in sent})) == (
        census["events"],
        census["orders"],
    )
    assert min(event.time for event in sent).isoformat() == census["oldest"]["time"].replace(
        "Z", "+00:00"
    )


def test_nothing_to_send_is_said_and_makes_no_job(
    stocked: Connection,
    go: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert go(since="2m") is ExitCode.DONE

    assert "Would send 0 events of 0 orders" in capsys.readouterr().out
    assert list(folder.iterdir()) == []


# -- sending ---------------------------------------------------------------------------------------


def test_all_that_the_consumer_hears_is_sent_and_what_follows_is_said(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    assert go() is ExitCode.DONE

    assert {event.type for event in received(stocked)} == {"OrderPlaced", "OrderConfirmed"}
    said = capsys.readouterr()
    assert said.out == (
        "Sent 24 events to orders. It works them off now; then compare its rows with the log:"
        " fanfare projection orders --check\n"
    )
    assert "job orders-2026" in said.err


def test_as_json_the_job_is_told(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    go(options=Options(json=True), types=("OrderPlaced",), rate=0.5)

    *on_the_way, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (last["state"], last["sent"], last["types"]) == ("done", 12, {"OrderPlaced": 12})
    assert all(line["of"] == 12 for line in on_the_way)


def test_one_waits_until_the_queue_is_empty_if_told(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(wait=0.0, orders=(IDS[0],)) is ExitCode.FAILED
    assert "2 messages still waiting after 0 s." in capsys.readouterr().err


def test_an_event_that_cannot_be_read_stops_it_before_anything_is_sent(
    stocked: Connection, go: Callable[..., ExitCode]
) -> None:
    item = {"subject": {"S": "X"}, "slot": {"S": "placed"}, "type": {"S": "OrderPlaced"}}
    newer = item | {"time": {"S": "2026-11-23T09:00:00Z"}}
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=newer)

    troubled(ExitCode.FAILED, "X/placed.*Nothing was sent", go)
    assert received(stocked) == []


# -- going on --------------------------------------------------------------------------------------
