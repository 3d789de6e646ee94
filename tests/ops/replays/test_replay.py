"""`fanfare replay` on a stage: what is refused, foretold and sent, and how it goes on."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from events import codec
from events.ordering import OrderConfirmed
from events.payment import PaymentPrepared
from functions import names
from functions.map import CONSUMERS
from functions.orders.service import SERVICE as ORDERS
from ops import cli
from ops.cloud import Cloud
from ops.options import Options
from ops.replays import job as job_files
from ops.replays import jobs
from ops.replays import replay as replaying
from ops.replays.replay import replay as run
from ops.replays.replay import resume
from ops.replays.selection import Wanted
from ops.trouble import Exit, Trouble
from tests.builders import NOW, placed, then
from tests.ops.conftest import write_events
from tests.ops.played import Time
from tests.reading import LISTING

IDS = [f"5WQFM8Q1XK3T7ZC0R9N2HDBJ{number:02}" for number in range(12)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(job_files, "JOBS", tmp_path)
    return tmp_path


@pytest.fixture
def time() -> Time:
    time = Time()
    time.clock.now = NOW + timedelta(hours=1)
    return time


def filled(cloud: Cloud) -> Cloud:
    """Put a dozen orders into the log, a minute apart, and make the queues."""
    sqs = cloud.client("sqs")
    for consumer in CONSUMERS:
        name = names.queue(cloud.stage, consumer.name, ordered=consumer.ordered)
        fifo = {"FifoQueue": "true"} if consumer.ordered else {}
        sqs.create_queue(QueueName=name, Attributes=fifo)
    for number, order in enumerate(IDS):
        first = placed(order=order, now=NOW + timedelta(minutes=number))
        prepared = then(first, PaymentPrepared(reference="r"))
        write_events(cloud, [first, prepared, then(prepared, OrderConfirmed())])
    return cloud


@pytest.fixture
def stocked(here: Cloud) -> Cloud:
    return filled(here)


@pytest.fixture
def go(time: Time) -> Callable[..., Exit]:
    def go(name: str = "orders", options: Options | None = None, **given: Any) -> Exit:
        wanted = Wanted(**{key: given.pop(key) for key in list(given) if hasattr(Wanted, key)})
        return run(options or Options(), name, wanted, clock=time.clock, pace=time.pace, **given)

    return go


def received(cloud: Cloud, name: str = "orders") -> list[Any]:
    """Take all messages from a queue, as events."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=names.queue(cloud.stage, name, ordered=False))["QueueUrl"]

    def messages() -> Iterator[Any]:
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            yield from batch

    return [codec.decode(message["Body"]) for message in messages()]


def troubled(code: Exit, says: str, act: Callable[[], Exit]) -> None:
    with pytest.raises(Trouble, match=says) as trouble:
        act()
    assert trouble.value.code is code


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ({"name": "emial"}, Exit.USAGE, "no consumer 'emial'; there are payment, inventory"),
        ({"name": "payment"}, Exit.REFUSED, "payment is not replayable: .*act on the outside"),
        ({"since": "2026-11-23T11:00:00Z"}, Exit.USAGE, "--since .* is not before --until now"),
        ({"since": "2h", "until": "3h"}, Exit.USAGE, "is not before --until 3h"),
        ({"since": "2h", "until": "2h"}, Exit.USAGE, "is not before"),
        ({"since": "2026-11-24"}, Exit.USAGE, "is not before"),
        ({"until": "2026-11-23T10:00:01Z"}, Exit.USAGE, "in the future"),
        ({"since": "yesterday"}, Exit.USAGE, "--since: 'yesterday' is no time: write it"),
        ({"until": "2026-02-30"}, Exit.USAGE, "--until: '2026-02-30' is no time"),
        ({"since": "2026-11-23T09:00"}, Exit.USAGE, "with its zone"),
        ({"types": ("OrderPlacd",)}, Exit.USAGE, "no type 'OrderPlacd'; orders hears Dispatch"),
        ({"types": ("StockReserved",)}, Exit.USAGE, "orders does not hear StockReserved; orders"),
        ({"rate": 0.0}, Exit.USAGE, "--rate 0 would send nothing"),
        ({"rate": -1.0}, Exit.USAGE, "--rate -1"),
        ({"rate": float("nan")}, Exit.USAGE, "--rate nan"),
        ({"rate": float("inf")}, Exit.USAGE, "--rate inf"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_stage_is_asked(
    go: Callable[..., Exit], folder: Path, given: dict[str, Any], code: Exit, says: str
) -> None:
    troubled(code, says, lambda: go(**given))
    assert list(folder.iterdir()) == []


def test_an_order_that_is_not_there_is_not_found(stocked: Cloud, go: Callable[..., Exit]) -> None:
    troubled(Exit.NOT_FOUND, "no order", lambda: go(orders=("5WQFM8Q1XK3T7ZC0R9N2HDBJ99",)))


def test_who_is_not_said_to_be_replayable_is_not(
    go: Callable[..., Exit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.replays.selection.CONSUMERS", (replace(LISTING, replayable=False),))

    troubled(Exit.REFUSED, "listing is not replayable: its row", lambda: go("listing"))


@pytest.mark.parametrize(("typed", "sent"), [(None, 0), ("no", 0), ("", 0), ("dev", 24)])
def test_another_stage_asks_for_consent(
    stage: Callable[[str], Cloud],
    monkeypatch: pytest.MonkeyPatch,
    go: Callable[..., Exit],
    folder: Path,
    typed: str | None,
    sent: int,
) -> None:
    dev = filled(stage("dev"))
    monkeypatch.setattr(replaying, "connect", lambda _: dev)
    monkeypatch.setattr("sys.stdin.isatty", lambda: typed is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda: typed)
    options = Options(stage="dev")

    if sent:
        assert go(options=options) is Exit.DONE
    else:
        troubled(Exit.REFUSED, "Nothing was changed", lambda: go(options=options))
    assert len(received(dev)) == sent
    assert len(list(folder.iterdir())) == bool(sent)
    assert go(options=options, yes=True) is Exit.DONE


# -- dry run ---------------------------------------------------------------------------------------


def test_a_dry_run_tells_what_would_be_sent_and_changes_nothing(
    stocked: Cloud, go: Callable[..., Exit], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(dry_run=True, since="2026-11-23T09:02:00Z", rate=5.0) is Exit.DONE

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
    stocked: Cloud,
    time: Time,
    go: Callable[..., Exit],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
) -> None:
    go(dry_run=True, options=Options(json=True), **given)
    told = json.loads(capsys.readouterr().out)
    time.clock.advance(minutes=5)
    write_events(stocked, [placed(order="LATER", now=time.clock.now - timedelta(minutes=1))])
    monkeypatch.setattr(replaying, "replay", partial(run, clock=time.clock, pace=time.pace))

    assert cli.main(told["command"].split()[1:]) is Exit.DONE

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
    stocked: Cloud, go: Callable[..., Exit], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(since="2m") is Exit.DONE

    assert "Would send 0 events of 0 orders" in capsys.readouterr().out
    assert list(folder.iterdir()) == []


# -- sending ---------------------------------------------------------------------------------------


def test_all_that_the_consumer_hears_is_sent_and_what_follows_is_said(
    stocked: Cloud, go: Callable[..., Exit], capsys: pytest.CaptureFixture[str]
) -> None:
    assert go() is Exit.DONE

    assert {event.type for event in received(stocked)} == {"OrderPlaced", "OrderConfirmed"}
    said = capsys.readouterr()
    assert said.out == (
        "Sent 24 events to orders. It works them off now; then compare its rows with the log:"
        " fanfare projection orders --check\n"
    )
    assert "job orders-2026" in said.err


def test_as_json_the_job_is_told(
    stocked: Cloud, go: Callable[..., Exit], capsys: pytest.CaptureFixture[str]
) -> None:
    go(options=Options(json=True), types=("OrderPlaced",), rate=0.5)

    *on_the_way, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (last["state"], last["sent"], last["types"]) == ("done", 12, {"OrderPlaced": 12})
    assert all(line["of"] == 12 for line in on_the_way)


def test_one_waits_until_the_queue_is_empty_if_told(
    stocked: Cloud, go: Callable[..., Exit], capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(wait=0.0, orders=(IDS[0],)) is Exit.FAILED
    assert "2 messages still waiting after 0 s." in capsys.readouterr().err


def test_an_event_that_cannot_be_read_stops_it_before_anything_is_sent(
    stocked: Cloud, go: Callable[..., Exit]
) -> None:
    item = {"subject": {"S": "X"}, "slot": {"S": "placed"}, "type": {"S": "OrderPlaced"}}
    newer = item | {"time": {"S": "2026-11-23T09:00:00Z"}}
    stocked.client("dynamodb").put_item(TableName=names.log_table("local"), Item=newer)

    troubled(Exit.FAILED, "X/placed.*Nothing was sent", go)
    assert received(stocked) == []


# -- going on --------------------------------------------------------------------------------------


@pytest.fixture
def broken(
    stocked: Cloud, time: Time, go: Callable[..., Exit], capsys: pytest.CaptureFixture[str]
) -> str:
    """A job that was interrupted after ten events, and said how to go on; its id."""
    calls = 0

    def crash(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt

    events = stocked.client("sqs").meta.events
    events.register_first("before-send.sqs.SendMessageBatch", crash)
    with pytest.raises(KeyboardInterrupt):
        go()
    events.unregister("before-send.sqs.SendMessageBatch", crash)
    (path,) = job_files.JOBS.iterdir()
    again = f"10 of 24 events sent. Go on with: fanfare replay orders --resume {path.stem}"
    assert again in capsys.readouterr().err
    return path.stem


def test_an_interrupted_job_goes_on_where_it_stopped_and_is_done_once(
    stocked: Cloud, time: Time, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert resume(Options(), "orders", Wanted(), broken, clock=time.clock, pace=time.pace) is (
        Exit.DONE
    )

    sent = received(stocked)
    assert len(sent) == len({event.id for event in sent}) == 24
    again = resume(Options(), "orders", Wanted(), broken)
    assert again is Exit.DONE
    assert "nothing is left to send" in capsys.readouterr().out
    assert received(stocked) == []


@pytest.mark.parametrize("as_json", [False, True])
def test_a_dry_run_of_the_rest_sends_nothing(
    stocked: Cloud, broken: str, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    received(stocked)
    path = job_files.JOBS / f"{broken}.jsonl"
    before = path.read_bytes()

    assert resume(Options(json=as_json), "orders", Wanted(), broken, dry_run=True) is Exit.DONE

    assert received(stocked) == []
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    if as_json:
        told = json.loads(said)
        assert (told["left"], told["of"], told["seconds"]) == (14, 24, 0.28)
    else:
        assert "Would send 14 of 24 events to orders" in said
        assert f"fanfare replay orders --resume {broken}" in said
        assert "Nothing was changed." in said


def test_a_job_of_a_local_run_that_is_over_is_refused(
    stocked: Cloud, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = job_files.find(broken).plan.made
    later = replace(stocked, began=made + timedelta(seconds=1))
    monkeypatch.setattr(replaying, "connect", lambda _: later)
    received(stocked)

    says = "of an earlier local run, whose log is gone"
    troubled(Exit.REFUSED, says, lambda: resume(Options(), "orders", Wanted(), broken))
    assert received(stocked) == []


def test_a_torn_last_line_is_said_and_what_it_told_of_is_sent_again(
    stocked: Cloud, time: Time, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = job_files.JOBS / f"{broken}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])

    resume(Options(), "orders", Wanted(), broken, clock=time.clock, pace=time.pace)

    assert "written in part" in capsys.readouterr().err
    sent = received(stocked)
    assert (len(sent), len({event.id for event in sent})) == (34, 24)


@pytest.mark.parametrize(
    ("name", "where", "wanted", "code", "says"),
    [
        ("listing", "local", Wanted(), Exit.REFUSED, "is for orders, not for listing"),
        ("orders", "dev", Wanted(), Exit.REFUSED, "is of stage local, not of dev"),
        ("orders", "local", Wanted(rate=9.0), Exit.USAGE, "leave them out"),
        ("orders", "local", Wanted(since="2h"), Exit.USAGE, "leave them out"),
    ],
)
def test_a_job_is_not_gone_on_with_as_another(
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    where: str,
    wanted: Wanted,
    code: Exit,
    says: str,
) -> None:
    monkeypatch.setattr("ops.replays.selection.CONSUMERS", (ORDERS, LISTING))

    troubled(code, says, lambda: resume(Options(stage=where), name, wanted, broken, yes=True))


def test_a_job_about_a_type_that_is_not_heard_any_more_is_refused(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = job_files.JOBS / f"{broken}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"OrderConfirmed",', b'"StockReserved",', 1))

    says = "StockReserved, which orders does not hear"
    troubled(Exit.REFUSED, says, lambda: resume(Options(), "orders", Wanted(), broken))


def test_an_outage_fails_with_the_command_that_goes_on(
    stocked: Cloud, go: Callable[..., Exit], folder: Path
) -> None:
    def away(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://sqs")

    events = stocked.client("sqs").meta.events
    events.register_first("before-send.sqs.SendMessageBatch", away)
    troubled(Exit.FAILED, r"0 of 24 events sent\. Go on with: fanfare replay orders --resume", go)
    events.unregister("before-send.sqs.SendMessageBatch", away)
    (path,) = folder.iterdir()
    assert job_files.load(path).state == "failed"


# -- jobs ------------------------------------------------------------------------------------------


def test_jobs_are_listed_and_shown(
    broken: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert jobs.show(Options(), None) is Exit.DONE
    assert jobs.show(Options(), broken) is Exit.DONE

    said = capsys.readouterr().out
    assert " ".join(said.splitlines()[0].split()) == (f"{broken} local interrupted 10 of 24")
    assert f"{broken}  interrupted" in said
    assert "of 12  OrderPlaced" in said
    assert f"go on with: fanfare replay orders --resume {broken}" in said


def test_a_file_that_is_no_job_is_said_beside_the_others(
    broken: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "orders-x.jsonl").write_text("nonsense\n")

    assert jobs.show(Options(json=True), None) is Exit.FAILED

    said = capsys.readouterr()
    (listed,) = map(json.loads, said.out.splitlines())
    assert (listed["job"], listed["state"], listed["sent"]["events"]) == (
        broken,
        "interrupted",
        10,
    )
    assert "orders-x.jsonl is not to be trusted" in said.err


def test_without_jobs_it_is_said_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert jobs.show(Options(), None) is Exit.DONE
    assert "fanfare replay" in capsys.readouterr().out
