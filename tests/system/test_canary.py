"""Marked personal data and secrets go every path, and come to light where they may and no more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from moto.ses.models import ses_backends
from time_machine import Traveller

from functions.map import CONSUMERS
from functions.runtime.aws.client import client_factory
from functions.runtime.handlers.observer import LogObserver
from infra.stage import DEV
from ops.actions import forget
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job, replay
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from tests.support.played import Time
from tests.support.summary import Figure
from tests.support.tape import Tape
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system import marks
from tests.system.canary import URL, Canary, Spy
from tests.system.shop import Placed, Shop
from tests.system.test_mail import verify
from tests.system.world import World

PERSONAL_IN_MAIL = {"name", "email", "street", "city", "postal code"}
REPLAYED = "orders"


@dataclass(frozen=True)
class Walked:
    """What was seen on the way."""

    said: str
    spy: Spy
    canary: Canary
    world: World


@pytest.fixture(params=["mailing", "guarded"])
def walked(
    request: pytest.FixtureRequest,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Walked]:
    """Guests whom mail is sent to, and customers with tokens."""
    templates: Templates = request.getfixturevalue(request.param)
    spy, tape = Spy(), Tape()
    with mock_aws(), spy.listening(), tape.listening():
        world = World(templates, LogObserver(f"canary {request.param}"))
        shop = Shop(world)
        shop.subject = marks.SUBJECT if request.param == "guarded" else None
        verify()
        spy.calls.clear()
        canary = Canary(world, shop, spy, clock, monkeypatch.context)
        order = canary.walk()
        operate(order, world, monkeypatch, tmp_path)
        canary.poison(order)
        yield Walked(tape.take(), spy, canary, world)


def operate(order: Placed, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Replay to a consumer, and forget the order."""
    connection = Connection(stage=DEV.name, client=cache(client_factory()))
    monkeypatch.setattr(job, "JOBS", tmp_path)
    options = Options(stage=DEV.name)
    done = replay.replay(
        lambda: connection, options, REPLAYED, SelectionOptions(), yes=True, pace=Time().pace
    )
    assert done is ExitCode.DONE
    world.settle()
    assert forget.forget(connection, options, order.id, yes=True) is ExitCode.DONE
    world.settle()


def test_no_mark_is_where_it_may_not_be(walked: Walked, figure: Figure) -> None:
    spy = walked.spy
    mails, subjects_and_urls = mailed()
    places = {
        "logs and metrics": [walked.said],
        "answers to strangers": [
            json.dumps([answer.headers, answer.body]) for answer in walked.canary.strange
        ],
        "topic": list(published(spy)),
        "replayed": list(replayed(spy)),
        "put aside": [
            json.dumps(sent) for sent in spy.of("SendMessage") if "unpublished" in sent["QueueUrl"]
        ],
        "log of events": list(logged(spy, walked.world)),
        "read models": list(kept(walked.world)),
        "subjects and URLs of mails": subjects_and_urls,
    }
    figure("canary: marks and forms of them", len(marks._forms()))
    figure("canary: texts searched", sum(map(len, places.values())) + len(walked.spy.calls))

    empty = {name for name, texts in places.items() if not texts}
    assert empty <= ({"subjects and URLs of mails"} if not mails else set())
    found = {name: sorted({leak for text in texts for leak in marks.leaks(text)})
             for name, texts in places.items()}  # fmt: skip
    assert {name: leaks for name, leaks in found.items() if leaks} == {}
    in_mails = {leak.partition(",")[0] for mail in mails for leak in marks.leaks(mail)}
    assert in_mails <= PERSONAL_IN_MAIL
    assert ACCOUNT not in walked.said


def mailed() -> tuple[list[str], list[str]]:
    """Return what mails said that may name a person, and of them what may name nobody."""
    mails = ses_backends[ACCOUNT][REGION].sent_messages
    texts = [f"{mail.subject}\n{mail.body}" for mail in mails]
    urls = [url for text in texts for url in URL.findall(text)]
    return texts, [*(mail.subject for mail in mails), *urls]


def published(spy: Spy) -> Iterator[str]:
    """Yield all entries of the topic without what contracts call personal."""
    for sent in spy.of("PublishBatch"):
        for entry in sent["PublishBatchRequestEntries"]:
            yield json.dumps(entry | {"Message": marks.without_personal(entry["Message"])})


def replayed(spy: Spy) -> Iterator[str]:
    """Yield all messages of a replay likewise."""
    for sent in spy.of("SendMessageBatch"):
        for entry in sent["Entries"]:
            yield json.dumps(entry | {"MessageBody": marks.without_personal(entry["MessageBody"])})


def logged(spy: Spy, world: World) -> Iterator[str]:
    """Yield what functions put into the log likewise; what this test put there has no business."""
    puts: list[dict[str, Any]] = [*spy.of("PutItem")]
    for sent in spy.of("TransactWriteItems"):
        puts += [each["Put"] for each in sent["TransactItems"] if "Put" in each]
    for put in puts:
        item = put["Item"]
        if put["TableName"] != world.log or "ConditionExpression" not in put:
            continue
        event = {"type": item["type"]["S"], "data": json.loads(item["data"]["S"])}
        rest = {name: value for name, value in item.items() if name != "data"}
        yield json.dumps(rest) + marks.without_personal(json.dumps(event))


def kept(world: World) -> Iterator[str]:
    """Yield what services keep in tables of their own."""
    for consumer in CONSUMERS:
        for table in consumer.tables:
            yield from map(json.dumps, world.table(world.own_table(consumer.name, table.name)))
