"""`fanfare republish` on a stage: refusals, dry runs and publishing."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

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
from testkit.builders import TRUMPET, order_placed, placed
from tests.ops.conftest import write
from tests.ops.replays.conftest import IDS, fill, raises, subscribe
from tests.support.fake_time import Time

SINCE = "2026-11-23T09:00:00Z"
ALL = 3 * len(IDS)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "--since is required"),
        ({"since": ""}, "--since is required"),
        ({"until": "1h"}, "--since is required"),
        ({"orders": (IDS[0],)}, "--since is required"),
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
def test_invalid_options_are_refused_before_it_connects(
    publish: Callable[..., ExitCode], folder: Path, given: dict[str, Any], text: str
) -> None:
    raises(ExitCode.USAGE, text, lambda: publish(**given))
    assert list(folder.iterdir()) == []


def test_a_dry_run_prints_the_plan_and_its_effects(
    published: Callable[..., list[Any]],
    publish: Callable[..., ExitCode],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert publish(dry_run=True, since="2026-11-23T09:02:00Z", rate=5.0) is ExitCode.DONE

    output = capsys.readouterr().out
    assert "Would send 30 events of 10 orders  log → fanfare-local-events.fifo\n" in output
    assert "10  PaymentPrepared" in output
    assert "at 5/s it takes 6000 ms, and less than a cent of SNS and" in output
    assert "Every consumer receives them. " in output
    assert "Nothing was changed." in output
    *text, command, _ = output.splitlines()
    assert command.startswith("  fanfare republish --since 2026-11-23T09:02:00Z --until ")
    assert max(map(len, text)) <= 80
    assert published() == []
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
def test_the_command_of_a_dry_run_publishes_the_estimated_events(
    stocked: Connection,
    published: Callable[..., list[Any]],
    time: Time,
    publish: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    publish(dry_run=True, options=Options(json=True), **given)
    plan = json.loads(capsys.readouterr().out)
    time.clock.advance(minutes=5)
    write(stocked, [placed(order="LATER", now=time.clock.now - timedelta(minutes=1))])
    faked = partial(republish, clock=time.clock, pace=time.pace)
    monkeypatch.setattr("ops.stage.connection.connect", lambda _: stocked)
    monkeypatch.setattr(republishing, "republish", faked)

    assert main(plan["command"].split()[1:]) is ExitCode.DONE

    events, estimate = published(), plan["would_send"]
    assert Counter(event.type for event in events) == estimate["types"]
    assert len({event.id for event in events}) == len(events) == estimate["events"] > 0
    assert len({event.subject for event in events}) == estimate["orders"]


@pytest.mark.parametrize(("typed", "sent"), [(None, 0), ("no", 0), ("dev", ALL)])
def test_another_stage_needs_a_confirmation(
    stage: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
    connect: Mock,
    publish: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
    typed: str | None,
    sent: int,
) -> None:
    dev = fill(stage("dev"))
    published = subscribe(dev)
    connect.side_effect = lambda: dev
    monkeypatch.setattr("sys.stdin.isatty", lambda: typed is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda: typed)
    options = Options(stage="dev")

    if sent:
        assert publish(options, since=SINCE) is ExitCode.DONE
    else:
        raises(ExitCode.REFUSED, "Nothing was changed", lambda: publish(options, since=SINCE))

    assert len(published()) == sent
    assert "has not acts on it now, late" in capsys.readouterr().err
    assert publish(options, since=SINCE, yes=True) is ExitCode.DONE


def test_the_next_steps_are_printed(
    published: Callable[..., list[Any]],
    publish: Callable[..., ExitCode],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert publish(since=SINCE) is ExitCode.DONE

    output = capsys.readouterr()
    assert output.out.startswith(f"Sent {ALL} events to the topic. Every consumer handles them now")
    assert "purge the queue fanfare-local-unpublished" in output.out
    assert "job republish-2026" in output.err


def test_an_event_is_published_in_its_written_version(
    stocked: Connection, published: Callable[..., list[Any]], publish: Callable[..., ExitCode]
) -> None:
    old = json.loads(
        (Path(codec.__file__).with_name("samples") / "OrderPlaced.1.json").read_bytes()
    )
    item = to_item(codec.decode(json.dumps(old)))
    item |= {"dataversion": {"N": "1"}, "data": {"S": json.dumps(old["data"])}}
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=item)

    assert publish(since="3000d", orders=(old["subject"],)) is ExitCode.DONE

    assert published(decode=json.loads) == [old]


BARRED = order_placed(msgspec.structs.replace(TRUMPET, name="\uffff"))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"data": {"S": codec.encode_data(BARRED)}},
            "X/placed: it has a character that SNS and SQS refuse",
        ),
        ({"type": {"S": "OrderPraised"}}, "there is no type OrderPraised here"),
        ({"source": {"S": "email"}}, "X/placed.* `email` may not publish OrderPlaced"),
    ],
)
def test_an_event_that_the_relay_would_refuse_stops_it_before_anything_is_published(
    stocked: Connection,
    published: Callable[..., list[Any]],
    publish: Callable[..., ExitCode],
    changes: dict[str, Any],
    text: str,
) -> None:
    item = to_item(placed(order="X")) | changes
    assert (item[SUBJECT], item[SLOT]) == ({"S": "X"}, {"S": "placed"})
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=item)

    raises(ExitCode.FAILED, f"{text}.*Nothing was sent", lambda: publish(since=SINCE))
    assert published() == []


def test_a_stage_without_a_topic_is_not_found(
    stocked: Connection, publish: Callable[..., ExitCode]
) -> None:
    raises(ExitCode.NOT_FOUND, "local stage is incomplete", lambda: publish(since=SINCE))
