"""`fanfare republish` on a stage: what is refused, foretold, published, and said of it."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events import codec
from functions import names
from functions.runtime.aws.items import SLOT, SUBJECT, to_item
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.main import main
from ops.replays import republish as republishing
from ops.replays.republish import republish
from ops.stage.connection import Connection
from tests.ops.conftest import write_events
from tests.ops.replays.conftest import IDS, Reachable, filled, troubled
from tests.support.builders import TRUMPET, order_placed, placed
from tests.support.listener import Listener
from tests.support.played import Time

SINCE = "2026-11-23T09:00:00Z"
ALL = 3 * len(IDS)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "say since when with --since"),
        ({"since": ""}, "say since when with --since"),
        ({"until": "1h"}, "say since when with --since"),
        ({"orders": (IDS[0],)}, "say since when with --since"),
        ({"since": "yesterday"}, "--since: 'yesterday' is not a time"),
        ({"since": "2026-11-23T09:00"}, "with a zone"),
        ({"since": "2026-11-23T11:00:00Z"}, "--since .* is not before --until now"),
        ({"since": "2h", "until": "3h"}, "is not before --until 3h"),
        ({"since": "2h", "until": "2026-11-24"}, "in the future"),
        ({"since": "2h", "types": ("OrderPlacd",)}, "no type 'OrderPlacd'; there are Cancel"),
        ({"since": "2h", "rate": 0.0}, "--rate 0 would send nothing"),
        ({"since": "2h", "job": "republish-1"}, "leave them out"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_stage_is_asked(
    again: Callable[..., ExitCode], folder: Path, given: dict[str, Any], says: str
) -> None:
    troubled(ExitCode.USAGE, says, lambda: again(**given))
    assert list(folder.iterdir()) == []


def test_a_dry_run_tells_what_would_be_published_and_whom_it_reaches(
    listener: Listener,
    again: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert again(dry_run=True, since="2026-11-23T09:02:00Z", rate=5.0) is ExitCode.DONE

    said = capsys.readouterr().out
    assert "Would send 30 events of 10 orders  log → fanfare-local-events.fifo\n" in said
    assert "10  PaymentPrepared" in said
    assert "at 5/s it takes 6000 ms, and less than a cent of SNS and" in said
    assert "Every consumer hears them: " in said
    assert "Nothing was changed." in said
    *text, command, _ = said.splitlines()
    assert command.startswith("  fanfare republish --since 2026-11-23T09:02:00Z --until ")
    assert max(map(len, text)) <= 80
    assert listener.heard() == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        {"since": SINCE},
        {"since": "2026-11-23T09:03:00Z", "until": "2026-11-23T09:07:00Z"},
        {"since": SINCE, "types": ("OrderPlaced", "PaymentPrepared")},
        {"since": SINCE, "orders": (IDS[3].lower(), IDS[5]), "rate": 3.0},
    ],
)
def test_what_a_dry_run_tells_is_what_its_command_publishes(
    stocked: Connection,
    listener: Listener,
    time: Time,
    again: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    again(dry_run=True, options=Options(json=True), **given)
    told = json.loads(capsys.readouterr().out)
    time.clock.advance(minutes=5)
    write_events(stocked, [placed(order="LATER", now=time.clock.now - timedelta(minutes=1))])
    played = partial(republish, clock=time.clock, pace=time.pace)
    monkeypatch.setattr("ops.stage.connection.connect", lambda _: stocked)
    monkeypatch.setattr(republishing, "republish", played)

    assert main(told["command"].split()[1:]) is ExitCode.DONE

    heard, census = listener.heard(), told["would_send"]
    assert Counter(event.type for event in heard) == census["types"]
    assert len({event.id for event in heard}) == len(heard) == census["events"] > 0
    assert len({event.subject for event in heard}) == census["orders"]


@pytest.mark.parametrize(("typed", "sent"), [(None, 0), ("no", 0), ("dev", ALL)])
def test_another_stage_asks_for_consent(
    stage: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
    reachable: Reachable,
    again: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
    typed: str | None,
    sent: int,
) -> None:
    dev = filled(stage("dev"))
    listener = Listener(dev)
    reachable.connection = dev
    monkeypatch.setattr("sys.stdin.isatty", lambda: typed is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda: typed)
    options = Options(stage="dev")

    if sent:
        assert again(options, since=SINCE) is ExitCode.DONE
    else:
        troubled(ExitCode.REFUSED, "Nothing was changed", lambda: again(options, since=SINCE))

    assert len(listener.heard()) == sent
    assert "has not acts now, late" in capsys.readouterr().err
    assert again(options, since=SINCE, yes=True) is ExitCode.DONE


def test_what_follows_and_what_is_left_to_do_is_said(
    listener: Listener, again: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(since=SINCE) is ExitCode.DONE

    said = capsys.readouterr()
    assert said.out.startswith(f"Sent {ALL} events to the topic. Every consumer works them off now")
    assert "purge the queue fanfare-local-unpublished" in said.out
    assert "job republish-2026" in said.err


def test_an_event_is_published_in_the_version_that_it_was_written_in(
    stocked: Connection, listener: Listener, again: Callable[..., ExitCode]
) -> None:
    old = json.loads(
        (Path(codec.__file__).with_name("samples") / "OrderPlaced.1.json").read_bytes()
    )
    item = to_item(codec.decode(json.dumps(old)))
    item |= {"dataversion": {"N": "1"}, "data": {"S": json.dumps(old["data"])}}
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=item)

    assert again(since="3000d", orders=(old["subject"],)) is ExitCode.DONE

    (body,) = listener.bodies()
    assert json.loads(body) == old


BARRED = order_placed(msgspec.structs.replace(TRUMPET, name="\uffff"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"data": {"S": codec.encode_data(BARRED)}},
            "X/placed: it has a character that no message",
        ),
        ({"type": {"S": "OrderPraised"}}, "there is no type OrderPraised here"),
        ({"source": {"S": "email"}}, "X/placed.* not for `email` to state"),
    ],
)
def test_what_the_relay_would_not_publish_stops_it_before_anything_is_published(
    stocked: Connection,
    listener: Listener,
    again: Callable[..., ExitCode],
    changes: dict[str, Any],
    says: str,
) -> None:
    item = to_item(placed(order="X")) | changes
    assert (item[SUBJECT], item[SLOT]) == ({"S": "X"}, {"S": "placed"})
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=item)

    troubled(ExitCode.FAILED, f"{says}.*Nothing was sent", lambda: again(since=SINCE))
    assert listener.heard() == []


def test_a_stage_without_a_topic_is_not_found(
    stocked: Connection, again: Callable[..., ExitCode]
) -> None:
    troubled(ExitCode.NOT_FOUND, "local stage is incomplete", lambda: again(since=SINCE))
