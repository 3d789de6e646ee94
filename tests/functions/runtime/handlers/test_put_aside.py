"""What the relay cannot publish is put aside, once, and holds up nobody."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from functions.framework.ports import Message
from functions.relay.service import SERVICE
from functions.runtime.handlers.relay import relay_handler
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.topic import MemoryTopic
from tests.support.builders import Clock
from tests.support.lambdas import record
from tests.support.relay_world import PREPARED, A, B, Notes, Relay, notes, relay, topic

__all__ = ["notes", "relay", "topic"]


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        ({"source": "shipping"}, "NotItsOwn"),
        ({"type": "OrderConfirmed", "dataversion": 1}, "NotItsOwn"),
        ({"type": "OrderGiftWrapped"}, "UnknownType"),
        ({"dataversion": 3}, "FutureVersion"),
    ],
)
def test_a_fact_that_is_not_its_owners_or_not_known_is_put_aside_and_blocks_nobody(
    relay: Relay,
    topic: MemoryTopic,
    notes: Notes,
    lines: MemoryObserver,
    edit: dict[str, Any],
    error: str,
) -> None:
    assert relay([record(msgspec.structs.replace(A, **edit), 1), record(B, 2)]) == []
    assert [m.id for m in topic.published] == [B.id]
    assert (lines.lines[0]["outcome"], lines.lines[0]["error"]) == ("unpublishable", error)
    assert (lines.lines[0]["subject"], lines.lines[0]["slot"]) == ("A", "placed")
    (note,) = notes.kept
    assert (note["subject"], note["slot"], note["error"]) == ("A", "placed", error)


def test_what_comes_again_behind_a_failure_is_put_aside_when_it_comes_the_last_time(
    relay: Relay, topic: MemoryTopic, notes: Notes
) -> None:
    stranger = msgspec.structs.replace(B, source="shipping")
    earlier = msgspec.structs.replace(PREPARED, source="shipping")
    topic.refuses = {A.id}

    assert relay([record(earlier, 1), record(A, 2), record(stranger, 3)]) == ["2"]
    assert [note["subject"] for note in notes.kept] == ["A"]
    topic.refuses = set()
    assert relay([record(A, 2), record(stranger, 3)]) == []
    assert [note["subject"] for note in notes.kept] == ["A", "B"]


def test_nothing_is_put_aside_of_a_batch_that_fails_whole(
    lines: MemoryObserver, clock: Clock
) -> None:
    class Away(MemoryTopic):
        def publish(self, messages: Sequence[Message]) -> Sequence[str]:
            raise TimeoutError

    notes = Notes()
    handle = relay_handler(SERVICE, Away(), notes, lines, clock)
    stranger = msgspec.structs.replace(A, source="shipping")

    with pytest.raises(TimeoutError):
        handle({"Records": [record(stranger, 1), record(B, 2)]}, None)
    assert notes.kept == []


def test_what_cannot_even_be_put_aside_comes_again(
    topic: MemoryTopic, lines: MemoryObserver, clock: Clock
) -> None:
    class Full(Notes):
        def put(self, body: str) -> None:
            raise TimeoutError

    handle = relay_handler(SERVICE, topic, Full(), lines, clock)
    stranger = msgspec.structs.replace(A, source="shipping")

    with pytest.raises(TimeoutError):
        handle({"Records": [record(stranger, 1), record(B, 2)]}, None)
    assert [(line["outcome"], line["error"]) for line in lines.lines] == [
        ("unpublishable", "NotItsOwn"),
        ("retry", "TimeoutError"),
    ]
