"""Items that the relay cannot publish: each is noted once and blocks no other."""

import json
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest

from functions.runtime.main import InvocationFailed
from functions.runtime.memory.application import Application
from testkit.builders import record
from tests.support.handlers import PREPARED, A, B, process


def notes(relay: Application) -> list[dict[str, str]]:
    return [json.loads(note) for note in relay.unpublished.notes]


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        ({"source": "shipping"}, "NotItsOwn"),
        ({"type": "OrderConfirmed", "dataversion": 1}, "NotItsOwn"),
        ({"type": "OrderGiftWrapped"}, "UnknownType"),
        ({"dataversion": 3}, "FutureVersion"),
    ],
)
def test_a_foreign_or_unknown_fact_is_noted_and_blocks_no_other(
    relay: Application, edit: dict[str, Any], error: str
) -> None:
    assert process(relay, record(msgspec.structs.replace(A, **edit), 1), record(B, 2)) == []
    assert [m.id for m in relay.topic.published] == [B.id]
    line = relay.observer.lines[0]
    assert (line["outcome"], line["error"]) == ("unpublishable", error)
    assert (line["subject"], line["slot"]) == ("A", "placed")
    (note,) = notes(relay)
    assert (note["subject"], note["slot"], note["error"]) == ("A", "placed", error)


def test_an_item_behind_a_failure_is_noted_only_once_the_failure_is_over(
    relay: Application,
) -> None:
    stranger = msgspec.structs.replace(B, source="shipping")
    earlier = msgspec.structs.replace(PREPARED, source="shipping")
    relay.topic.refuses = {A.id}

    assert process(relay, record(earlier, 1), record(A, 2), record(stranger, 3)) == ["2"]
    assert [note["subject"] for note in notes(relay)] == ["A"]
    relay.topic.refuses = set()
    assert process(relay, record(A, 2), record(stranger, 3)) == []
    assert [note["subject"] for note in notes(relay)] == ["A", "B"]


def test_nothing_is_noted_of_a_batch_that_fails_as_a_whole(
    relay: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay.topic, "publish", Mock(side_effect=TimeoutError))
    stranger = msgspec.structs.replace(A, source="shipping")

    with pytest.raises(InvocationFailed, match="TimeoutError"):
        process(relay, record(stranger, 1), record(B, 2))
    assert notes(relay) == []


def test_a_batch_is_retried_if_a_note_cannot_be_sent(
    relay: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay.unpublished, "put", Mock(side_effect=TimeoutError))
    stranger = msgspec.structs.replace(A, source="shipping")

    with pytest.raises(InvocationFailed, match="TimeoutError"):
        process(relay, record(stranger, 1), record(B, 2))
    assert [(line["outcome"], line["error"]) for line in relay.observer.lines] == [
        ("unpublishable", "NotItsOwn"),
        ("retry", "TimeoutError"),
    ]
