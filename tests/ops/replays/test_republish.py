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
from functions.runtime.items import SLOT, SUBJECT, to_item
from ops import cli
from ops.cloud import Cloud
from ops.options import Options
from ops.replays import job as job_files
from ops.replays import jobs, republish, running
from ops.replays.republish import republish as run
from ops.replays.selection import Wanted
from ops.trouble import Exit
from tests.builders import TRUMPET, order_placed, placed
from tests.ops.conftest import write_events
from tests.ops.played import Time
from tests.ops.replays.conftest import IDS, filled, troubled

SINCE = "2026-11-23T09:00:00Z"
ALL = 3 * len(IDS)


class Listener:
    """A queue that hears the topic of a stage; email's is ordered, as this one may be."""

    def __init__(self, cloud: Cloud, *, ordered: bool = False) -> None:
        self._sqs = cloud.client("sqs")
        sns = cloud.client("sns")
        fifo = {"FifoTopic": "true"}
        arn = sns.create_topic(Name=names.topic(cloud.stage), Attributes=fifo)["TopicArn"]
        name = names.queue(cloud.stage, "listener", ordered=ordered)
        kind = {"FifoQueue": "true"} if ordered else {}
        self._url = self._sqs.create_queue(QueueName=name, Attributes=kind)["QueueUrl"]
        endpoint = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint, Attributes=raw)

    def bodies(self) -> list[str]:
        bodies: list[str] = []
        while batch := self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            for message in batch:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
        return bodies

    def heard(self) -> list[Any]:
        return [codec.decode(body) for body in self.bodies()]


@pytest.fixture
def listener(stocked: Cloud) -> Listener:
    return Listener(stocked)


@pytest.fixture
def again(time: Time) -> Callable[..., Exit]:
    def again(options: Options | None = None, **given: Any) -> Exit:
        wanted = Wanted(**{key: given.pop(key) for key in list(given) if hasattr(Wanted, key)})
        return run(options or Options(), wanted, clock=time.clock, pace=time.pace, **given)

    return again


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "say since when with --since"),
        ({"since": ""}, "say since when with --since"),
        ({"until": "1h"}, "say since when with --since"),
        ({"orders": (IDS[0],)}, "say since when with --since"),
        ({"since": "yesterday"}, "--since: 'yesterday' is no time"),
        ({"since": "2026-11-23T09:00"}, "with its zone"),
        ({"since": "2026-11-23T11:00:00Z"}, "--since .* is not before --until now"),
        ({"since": "2h", "until": "3h"}, "is not before --until 3h"),
        ({"since": "2h", "until": "2026-11-24"}, "in the future"),
        ({"since": "2h", "types": ("OrderPlacd",)}, "no type 'OrderPlacd'; there are Cancel"),
        ({"since": "2h", "rate": 0.0}, "--rate 0 would send nothing"),
        ({"since": "2h", "job": "republish-1"}, "leave them out"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_stage_is_asked(
    again: Callable[..., Exit], folder: Path, given: dict[str, Any], says: str
) -> None:
    troubled(Exit.USAGE, says, lambda: again(**given))
    assert list(folder.iterdir()) == []


def test_a_dry_run_tells_what_would_be_published_and_whom_it_reaches(
    listener: Listener,
    again: Callable[..., Exit],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert again(dry_run=True, since="2026-11-23T09:02:00Z", rate=5.0) is Exit.DONE

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
    stocked: Cloud,
    listener: Listener,
    time: Time,
    again: Callable[..., Exit],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    again(dry_run=True, options=Options(json=True), **given)
    told = json.loads(capsys.readouterr().out)
    time.clock.advance(minutes=5)
    write_events(stocked, [placed(order="LATER", now=time.clock.now - timedelta(minutes=1))])
    played = partial(run, clock=time.clock, pace=time.pace)
    monkeypatch.setattr(republish, "republish", played)

    assert cli.main(told["command"].split()[1:]) is Exit.DONE

    heard, census = listener.heard(), told["would_send"]
    assert Counter(event.type for event in heard) == census["types"]
    assert len({event.id for event in heard}) == len(heard) == census["events"] > 0
    assert len({event.subject for event in heard}) == census["orders"]


@pytest.mark.parametrize(("typed", "sent"), [(None, 0), ("no", 0), ("dev", ALL)])
def test_another_stage_asks_for_consent(
    stage: Callable[[str], Cloud],
    monkeypatch: pytest.MonkeyPatch,
    again: Callable[..., Exit],
    capsys: pytest.CaptureFixture[str],
    typed: str | None,
    sent: int,
) -> None:
    dev = filled(stage("dev"))
    listener = Listener(dev)
    monkeypatch.setattr(running, "connect", lambda _: dev)
    monkeypatch.setattr("sys.stdin.isatty", lambda: typed is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda: typed)
    options = Options(stage="dev")

    if sent:
        assert again(options, since=SINCE) is Exit.DONE
    else:
        troubled(Exit.REFUSED, "Nothing was changed", lambda: again(options, since=SINCE))

    assert len(listener.heard()) == sent
    assert "has not acts now, late" in capsys.readouterr().err
    assert again(options, since=SINCE, yes=True) is Exit.DONE


def test_what_follows_and_what_is_left_to_do_is_said(
    listener: Listener, again: Callable[..., Exit], capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(since=SINCE) is Exit.DONE

    said = capsys.readouterr()
    assert said.out.startswith(f"Sent {ALL} events to the topic. Every consumer works them off now")
    assert "purge the queue fanfare-local-unpublished" in said.out
    assert "job republish-2026" in said.err


@pytest.fixture
def broken(
    stocked: Cloud,
    listener: Listener,
    again: Callable[..., Exit],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """A job that was interrupted at its fifth publish; its id."""
    calls = 0

    def crash(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt

    events = stocked.client("sns").meta.events
    events.register_first("before-send.sns.PublishBatch", crash)
    with pytest.raises(KeyboardInterrupt):
        again(since=SINCE)
    events.unregister("before-send.sns.PublishBatch", crash)
    (path,) = folder.iterdir()
    go_on = f"30 of {ALL} events sent. Go on with: fanfare republish --resume {path.stem}"
    assert go_on in capsys.readouterr().err
    return path.stem


def test_an_interrupted_job_goes_on_where_it_stopped(
    listener: Listener,
    again: Callable[..., Exit],
    broken: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert jobs.show(Options(), broken) is Exit.DONE
    shown = capsys.readouterr().out
    assert f"{ALL} events to the topic, stage local" in shown
    assert f"go on with: fanfare republish --resume {broken}" in shown

    assert again(job=broken, dry_run=True) is Exit.DONE
    assert f"Would send 6 of {ALL} events to the topic: the rest" in capsys.readouterr().out
    assert again(job=broken) is Exit.DONE

    assert len({event.id for event in listener.heard()}) == ALL
    assert job_files.find(broken).state == "done"


def test_a_second_run_at_once_loses_nothing_and_what_the_first_had_sent_comes_once(
    stocked: Cloud, again: Callable[..., Exit], request: pytest.FixtureRequest
) -> None:
    ordered = Listener(stocked, ordered=True)
    request.getfixturevalue("broken")

    assert again(since=SINCE) is Exit.DONE

    heard = [event.id for event in ordered.heard()]
    assert len(heard) == len(set(heard)) == ALL


def test_a_job_for_the_topic_is_not_gone_on_with_as_a_replay(
    broken: str, go: Callable[..., Exit]
) -> None:
    says = "is for the topic, not for orders"
    troubled(Exit.REFUSED, says, lambda: go("orders", job=broken))


def test_an_event_is_published_in_the_version_that_it_was_written_in(
    stocked: Cloud, listener: Listener, again: Callable[..., Exit]
) -> None:
    old = json.loads(
        (Path(codec.__file__).with_name("samples") / "OrderPlaced.1.json").read_bytes()
    )
    item = to_item(codec.decode(json.dumps(old)))
    item |= {"dataversion": {"N": "1"}, "data": {"S": json.dumps(old["data"])}}
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=item)

    assert again(since="3000d", orders=(old["subject"],)) is Exit.DONE

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
    stocked: Cloud,
    listener: Listener,
    again: Callable[..., Exit],
    changes: dict[str, Any],
    says: str,
) -> None:
    item = to_item(placed(order="X")) | changes
    assert (item[SUBJECT], item[SLOT]) == ({"S": "X"}, {"S": "placed"})
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=item)

    troubled(Exit.FAILED, f"{says}.*Nothing was sent", lambda: again(since=SINCE))
    assert listener.heard() == []


def test_a_stage_without_a_topic_is_not_found(stocked: Cloud, again: Callable[..., Exit]) -> None:
    troubled(Exit.NOT_FOUND, "local stage is not whole", lambda: again(since=SINCE))
