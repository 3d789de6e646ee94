"""A stage with orders to send again, and a fake clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from events import codec
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentPrepared
from functions import names
from functions.map import CONSUMERS
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.replays.replay import replay as run
from ops.replays.republish import republish
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from tests.ops.conftest import write_events
from tests.support.builders import NOW, placed, then
from tests.support.listener import Listener
from tests.support.played import Time

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


def filled(connection: Connection) -> Connection:
    """Put a dozen orders into the log, a minute apart, and make the queues."""
    sqs = connection.client("sqs")
    for consumer in CONSUMERS:
        name = names.queue(connection.stage, consumer.name, ordered=consumer.ordered)
        fifo = {"FifoQueue": "true"} if consumer.ordered else {}
        sqs.create_queue(QueueName=name, Attributes=fifo)
    for number, order in enumerate(IDS):
        first = placed(order=order, now=NOW + timedelta(minutes=number))
        prepared = then(first, PaymentPrepared(reference="r"))
        write_events(connection, [first, prepared, then(prepared, OrderConfirmed())])
    return connection


class Reachable:
    """A stage for a run to connect to, once it is set."""

    connection: Connection | None = None

    def connect(self) -> Connection:
        """Return the connection."""
        assert self.connection is not None, "this must not need a stage"
        return self.connection


@pytest.fixture
def reachable() -> Reachable:
    return Reachable()


@pytest.fixture
def stocked(here: Connection, reachable: Reachable) -> Connection:
    reachable.connection = filled(here)
    return here


@pytest.fixture
def go(time: Time, reachable: Reachable) -> Callable[..., ExitCode]:
    def go(name: str = "orders", options: Options | None = None, **given: Any) -> ExitCode:
        wanted = SelectionOptions(
            **{key: given.pop(key) for key in list(given) if hasattr(SelectionOptions, key)}
        )
        fakes: dict[str, Any] = {"clock": time.clock, "pace": time.pace} | given
        return run(reachable.connect, options or Options(), name, wanted, **fakes)

    return go


def received(connection: Connection, name: str = "orders") -> list[Any]:
    """Take all messages from a queue, as events."""
    sqs = connection.client("sqs")
    url = sqs.get_queue_url(QueueName=names.queue(connection.stage, name, ordered=False))[
        "QueueUrl"
    ]

    def messages() -> Iterator[Any]:
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            yield from batch

    return [codec.decode(message["Body"]) for message in messages()]


def raises(code: ExitCode, text: str, act: Callable[[], ExitCode]) -> None:
    with pytest.raises(CommandError, match=text) as error:
        act()
    assert error.value.code is code


@contextmanager
def interrupted(client: Any, call: str, *, nth: int) -> Iterator[None]:
    """Raise KeyboardInterrupt at the nth call of an operation, and expect it."""
    calls = count(1)

    def interrupt(**_: Any) -> None:
        if next(calls) == nth:
            raise KeyboardInterrupt

    client.meta.events.register_first(f"before-send.{call}", interrupt)
    with pytest.raises(KeyboardInterrupt):
        yield
    client.meta.events.unregister(f"before-send.{call}", interrupt)


@pytest.fixture
def broken(
    stocked: Connection, time: Time, go: Callable[..., ExitCode], capsys: pytest.CaptureFixture[str]
) -> str:
    """The id of a job that was interrupted after ten events, and printed how to resume it."""
    with interrupted(stocked.client("sqs"), "sqs.SendMessageBatch", nth=2):
        go()
    (path,) = job_files.JOBS.iterdir()
    resume = f"10 of 24 events sent. Resume with: fanfare replay orders --resume {path.stem}"
    assert resume in capsys.readouterr().err
    return path.stem


@pytest.fixture
def listener(stocked: Connection) -> Listener:
    return Listener(stocked)


@pytest.fixture
def publish(time: Time, reachable: Reachable) -> Callable[..., ExitCode]:
    def publish(options: Options | None = None, **given: Any) -> ExitCode:
        wanted = SelectionOptions(
            **{key: given.pop(key) for key in list(given) if hasattr(SelectionOptions, key)}
        )
        fakes: dict[str, Any] = {"clock": time.clock, "pace": time.pace} | given
        return republish(reachable.connect, options or Options(), wanted, **fakes)

    return publish
