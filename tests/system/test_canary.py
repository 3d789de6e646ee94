"""Marked personal data and secrets on every path appear only where they may."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws
from moto.ses.models import ses_backends
from time_machine import Traveller

from functions.map import CONSUMERS
from functions.runtime.handlers.observer import LogObserver
from infra.stage import DEV
from ops.actions import forget
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import replay
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from testkit.builders import verified
from tests.support.fake_time import Time
from tests.support.output import Output
from tests.support.summary import Figure
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system import marks
from tests.system.canary import CallRecorder, Canary
from tests.system.shop import Shop
from tests.system.test_mail import verify
from tests.system.world import World

PERSONAL = {"name", "email", "street", "city", "postal_code"}
REPLAYED = "orders"
URL = re.compile(r"(?:https?|mailto):[^\s\"'<>]*")


@dataclass(frozen=True)
class Walked:
    """A walk of the canary: its output, its AWS calls, and the stage."""

    output: str
    recorder: CallRecorder
    canary: Canary
    world: World
    unerased: list[str]
    """The rows of consumers before the personal data of all orders were erased."""


@pytest.fixture(params=["mailing", "guarded"])
def walked(
    request: pytest.FixtureRequest,
    clock: Traveller,
    stage: Connection,
) -> Iterator[Walked]:
    """A stage that mails guests, and one for customers with tokens."""
    templates: Templates = request.getfixturevalue(request.param)
    recorder, output = CallRecorder(), Output()
    with mock_aws(), recorder.recording(), output.capture():
        world = World(templates, LogObserver(f"canary {request.param}"))
        shop = Shop(world)
        if request.param == "guarded":
            shop.context = verified(marks.MARKS["subject"])
        verify()
        recorder.calls.clear()
        canary = Canary(world, shop, recorder, clock)
        order = canary.walk()
        unerased = operate(world, stage)
        canary.poison(order)
        yield Walked(output.take(), recorder, canary, world, unerased)


def operate(world: World, stage: Connection) -> list[str]:
    """Replay to a consumer, and erase all personal data; return the rows of before."""
    options = Options(stage=DEV.name)
    done = replay.replay(
        lambda: stage, options, REPLAYED, SelectionOptions(), yes=True, pace=Time().pace
    )
    assert done is ExitCode.DONE
    world.settle()
    unerased = list(stored(world))
    for order in sorted({item["subject"] for item in world.table(world.log)}):
        assert forget.forget(stage, options, order, yes=True) is ExitCode.DONE
    world.settle()
    return unerased


def test_no_mark_appears_where_it_may_not(walked: Walked, figure: Figure) -> None:
    recorder = walked.recorder
    mails, subjects_and_urls = mailed()
    places = {
        "logs and metrics": [walked.output],
        "answers about foreign orders": [
            json.dumps([answer.headers, answer.body]) for answer in walked.canary.foreign
        ],
        "topic": list(published(recorder)),
        "replayed": list(replayed(recorder)),
        "put aside": [
            json.dumps(sent)
            for sent in recorder.of("SendMessage")
            if "unpublished" in sent["QueueUrl"]
        ],
        "log of events": list(logged(recorder, walked.world)),
        "read models": list(stored(walked.world)),
        "subjects and URLs of mails": subjects_and_urls,
    }
    figure("canary: marks and forms of them", len(marks.forms()))
    figure("canary: texts searched", sum(map(len, places.values())) + len(recorder.calls))

    empty = {name for name, texts in places.items() if not texts}
    assert empty <= ({"subjects and URLs of mails"} if not mails else set())
    found = {name: sorted({leak for text in texts for leak in marks.leaks(text)})
             for name, texts in places.items()}  # fmt: skip
    assert {name: leaks for name, leaks in found.items() if leaks} == {}
    in_rows = {leak.partition(",")[0] for row in walked.unerased for leak in marks.leaks(row)}
    assert in_rows <= PERSONAL
    in_mails = {leak.partition(",")[0] for mail in mails for leak in marks.leaks(mail)}
    assert in_mails <= PERSONAL
    assert ACCOUNT not in walked.output


def mailed() -> tuple[list[str], list[str]]:
    """Return the texts of all mails, and their subjects and URLs, which may have no mark."""
    mails = ses_backends[ACCOUNT][REGION].sent_messages
    texts = [f"{mail.subject}\n{mail.body}" for mail in mails]
    urls = [url for text in texts for url in URL.findall(text)]
    return texts, [*(mail.subject for mail in mails), *urls]


def published(recorder: CallRecorder) -> Iterator[str]:
    """Yield the topic's entries without the fields that contracts declare personal."""
    for sent in recorder.of("PublishBatch"):
        for entry in sent["PublishBatchRequestEntries"]:
            yield json.dumps(entry | {"Message": marks.without_personal(entry["Message"])})


def replayed(recorder: CallRecorder) -> Iterator[str]:
    """Yield a replay's messages without these fields."""
    for sent in recorder.of("SendMessageBatch"):
        for entry in sent["Entries"]:
            yield json.dumps(entry | {"MessageBody": marks.without_personal(entry["MessageBody"])})


def logged(recorder: CallRecorder, world: World) -> Iterator[str]:
    """Yield the functions' writes to the log without these fields, and without this test's own."""
    puts: list[dict[str, Any]] = [*recorder.of("PutItem")]
    for sent in recorder.of("TransactWriteItems"):
        puts += [each["Put"] for each in sent["TransactItems"] if "Put" in each]
    for put in puts:
        item = put["Item"]
        if put["TableName"] != world.log or "ConditionExpression" not in put:
            continue
        event = {"type": item["type"]["S"], "data": json.loads(item["data"]["S"])}
        rest = {name: value for name, value in item.items() if name != "data"}
        yield json.dumps(rest) + marks.without_personal(json.dumps(event))


def stored(world: World) -> Iterator[str]:
    """Yield the rows of all tables that consumers own."""
    for consumer in CONSUMERS:
        for table in consumer.tables:
            yield from map(json.dumps, world.table(world.own_table(consumer.name, table.name)))
