"""Fixtures of replays: a stage with orders, a log in memory, fake targets and fake time."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import DEFAULT, Mock, patch

import pytest

from events import codec
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared
from events.history import History
from functions import names
from functions.framework.ports import Message
from functions.runtime.memory.log import MemoryLog
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.replays.replay import replay
from ops.replays.republish import republish
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from testkit.builders import NOW, history_of, order_placed
from tests.ops.conftest import write
from tests.support.fake_time import Time

AFTER = NOW + timedelta(hours=1)
IDS = [f"5WQFM8Q1XK3T7ZC0R9N2HDBJ{number:02}" for number in range(12)]
ORDERS = [f"ORDER{number:02}" for number in range(25)]
PREPARED = PaymentPrepared(reference="r")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(job_files, "JOBS", tmp_path)
    return tmp_path


@pytest.fixture
def time() -> Time:
    time = Time()
    time.clock.now = AFTER
    return time


# -- in memory -------------------------------------------------------------------------------------


def history(order: str) -> History:
    """Return an order's events, whose sequence is not that of their slots."""
    captured = PaymentCaptured(reference="r", amount=order_placed().total)
    return history_of(PREPARED, captured, OrderConfirmed(), order=order)


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog()
    for order in ORDERS:
        for event in history(order):
            log.append(event)
    return log


class FakeTarget:
    """A queue or a topic that keeps its messages. `refuses` has the number of refusals by id;
    `breaks` an error by call, raised after the messages were accepted."""

    def __init__(self, time: Time) -> None:
        self.calls: list[tuple[float, list[str]]] = []
        self.ids: list[str] = []
        self.jobs: set[str] = set()
        self.refuses: dict[str, int] = {}
        self.breaks: dict[int, BaseException] = {}
        self.waiting = Mock()
        self._time = time

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        assert 0 < len(messages) <= 10
        self.calls.append((self._time.now, [message.id for message in messages]))
        answers = []
        for message in messages:
            left = self.refuses.get(message.id, 0)
            self.refuses[message.id] = left - 1
            answers.append("Throttled" if left > 0 else "")
            self.ids += [codec.decode(message.body).id] if left <= 0 else []
        if error := self.breaks.pop(len(self.calls), None):
            raise error
        return answers

    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        self.jobs.add(job)
        return self.publish(messages)


# -- on a stage ------------------------------------------------------------------------------------


def fill(connection: Connection) -> Connection:
    """Append a dozen orders to the log, a minute apart, and create the queue of orders."""
    queue = names.queue(connection.stage, "orders", ordered=False)
    connection.client("sqs").create_queue(QueueName=queue)
    for number, order in enumerate(IDS):
        at = NOW + timedelta(minutes=number)
        write(connection, history_of(PREPARED, OrderConfirmed(), order=order, now=at))
    return connection


@pytest.fixture
def connect() -> Mock:
    """Connect to no stage, unless the test sets a side effect that returns one."""
    return Mock(side_effect=AssertionError("this must not need a stage"))


@pytest.fixture
def stocked(here: Connection, connect: Mock) -> Connection:
    connect.side_effect = lambda: here
    return fill(here)


@pytest.fixture
def run(time: Time, connect: Mock) -> Callable[..., ExitCode]:
    """Run a command in fake time; `given` are options of the selection and of the command."""

    def run(command: Any, options: Options | None, *name: str, **given: Any) -> ExitCode:
        selected = {key: given.pop(key) for key in list(given) if hasattr(SelectionOptions, key)}
        given |= {"clock": time.clock, "pace": time.pace}
        done: ExitCode = command(
            connect, options or Options(), *name, SelectionOptions(**selected), **given
        )
        return done

    return run


@pytest.fixture
def go(run: Callable[..., ExitCode]) -> Callable[..., ExitCode]:
    return lambda name="orders", options=None, **given: run(replay, options, name, **given)


@pytest.fixture
def publish(run: Callable[..., ExitCode]) -> Callable[..., ExitCode]:
    return lambda options=None, **given: run(republish, options, **given)


def received(
    connection: Connection,
    consumer: str = "orders",
    *,
    ordered: bool = False,
    decode: Callable[[str], Any] = codec.decode,
) -> list[Any]:
    """Take all messages from a queue, as events."""
    sqs = connection.client("sqs")
    name = names.queue(connection.stage, consumer, ordered=ordered)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    events = []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            events.append(decode(message["Body"]))
    return events


def subscribe(connection: Connection, *, ordered: bool = False) -> Callable[..., list[Any]]:
    """Subscribe a queue to the topic of a stage; return a function that takes its messages."""
    sns = connection.client("sns")
    name = names.queue(connection.stage, "listener", ordered=ordered)
    fifo = {"FifoQueue": "true"} if ordered else {}
    connection.client("sqs").create_queue(QueueName=name, Attributes=fifo)
    topic = sns.create_topic(Name=names.topic(connection.stage), Attributes={"FifoTopic": "true"})
    arn = topic["TopicArn"]
    sns.subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=f"{arn.replace(':sns:', ':sqs:').rpartition(':')[0]}:{name}",
        Attributes={"RawMessageDelivery": "true"},
    )
    return partial(received, connection, "listener", ordered=ordered)


@pytest.fixture
def published(stocked: Connection) -> Callable[..., list[Any]]:
    """Take the messages that were published since the last call."""
    return subscribe(stocked)


def raises(code: ExitCode, text: str, act: Callable[[], ExitCode]) -> None:
    with pytest.raises(CommandError, match=text) as error:
        act()
    assert error.value.code is code


def interrupt(client: Any, method: str, nth: int, act: Callable[[], object]) -> None:
    """Act, and raise KeyboardInterrupt at the nth call of a client's method."""
    calls = [*[DEFAULT] * (nth - 1), KeyboardInterrupt]
    patched = patch.object(client, method, wraps=getattr(client, method), side_effect=calls)
    with patched, pytest.raises(KeyboardInterrupt):
        act()


@pytest.fixture
def broken(
    stocked: Connection, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> str:
    """The id of a job that was interrupted after ten events, and printed how to resume it."""
    interrupt(stocked.client("sqs"), "send_message_batch", 2, go)
    (path,) = job_files.JOBS.iterdir()
    resume = f"10 of 24 events sent. Resume with: fanfare replay orders --resume {path.stem}"
    assert resume in capsys.readouterr().err
    return path.stem
