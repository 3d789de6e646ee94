"""Notices: a batch of their queue goes to the function for notices, any other to the consumer."""

from typing import Any

import pytest

from functions.framework.chore import Report
from functions.framework.notices import Notices, UnknownNotice
from functions.framework.ports import Log, Resources
from functions.runtime.handlers.notices import with_notices
from functions.runtime.memory.lambda_events import batch, failures, notice_record, queue_record
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import ORDER, resources

CONSUMED = {"batchItemFailures": [{"itemIdentifier": "consumed"}]}


def handle_notice(body: str, _: Log, __: Resources) -> Report:
    if body == "unknown":
        raise UnknownNotice("look at the message")
    if body == "broken":
        raise RuntimeError(body)
    return Report(outcome="done", order=ORDER, detail="NoEmail")


@pytest.fixture
def observer() -> MemoryObserver:
    return MemoryObserver()


@pytest.fixture
def handler(observer: MemoryObserver) -> Any:
    notices = Notices(handle=handle_notice, states=())
    return with_notices(lambda *_: CONSUMED, notices, MemoryLog(), resources(), observer, "email")


def test_messages_of_the_topic_go_to_the_consumer(handler: Any) -> None:
    record = queue_record("{}", message="m", receipt="r")
    arn = "arn:aws:sqs:eu-central-1:123456789012:fanfare-dev-email.fifo"

    assert handler(batch(record), None) == CONSUMED
    assert handler(batch(record | {"eventSourceARN": arn}), None) == CONSUMED
    assert handler({"fanfare": "tick"}, None) == CONSUMED


def test_each_notice_has_a_line(handler: Any, observer: MemoryObserver) -> None:
    answer = handler(batch(notice_record("{}", consumer="email")), None)

    assert failures(answer) == []
    assert observer.lines == [
        {
            "outcome": "done",
            "consumer": "email",
            "stated": [],
            "facts": [],
            "order": ORDER,
            "detail": "NoEmail",
        }
    ]
    assert observer.flushed == 1


def test_a_notice_that_fails_is_retried_alone_and_not_quoted(
    handler: Any, observer: MemoryObserver
) -> None:
    records = [
        notice_record(body, consumer="email", message=body) for body in ("unknown", "{}", "broken")
    ]

    assert failures(handler(batch(*records), None)) == ["unknown", "broken"]
    unknown, done, broken = observer.lines
    assert (unknown["outcome"], unknown["error"]) == ("retry", "UnknownNotice")
    assert unknown["detail"] == "look at the message"
    assert done["outcome"] == "done"
    assert (broken["outcome"], "detail" in broken) == ("retry", False)
