"""Waves: an order's events are published one after the other, those of many orders together."""

from collections import Counter
from collections.abc import Sequence
from copy import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import codec
from functions.framework.batching import MAX_BYTES, MAX_ENTRIES
from functions.framework.ports import Message
from functions.relay.waves import BEHIND, publish
from functions.runtime.memory.topic import MemoryTopic


class RecordingTopic(MemoryTopic):
    """An in-memory topic that records each batch and may fail at one of them."""

    def __init__(self, fails_at: int = -1) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self._fails_at = fails_at

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        if len(self.batches) == self._fails_at:
            raise TimeoutError
        self.batches.append([message.id for message in messages])
        return super().publish(messages)

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.published]


def message(order: str, number: int, size: int = 500) -> Message:
    return Message(
        id=f"{order}/{number}",
        subject=order,
        type="OrderPlaced",
        sequence=f"1795425247382.{number:04d}",
        body=b"." * size,
    )


def test_an_orders_events_are_published_by_sequence_one_a_wave() -> None:
    topic = RecordingTopic()

    assert publish([message("A", n) for n in (2, 0, 1)], topic) == {}
    assert topic.batches == [["A/0"], ["A/1"], ["A/2"]]


def test_the_events_of_many_orders_are_published_together() -> None:
    topic = RecordingTopic()
    publish([message(order, n) for order in "ABC" for n in (0, 1)], topic)

    assert topic.batches == [["A/0", "B/0", "C/0"], ["A/1", "B/1", "C/1"]]


def test_the_sequence_decides_and_not_the_id() -> None:
    topic = RecordingTopic()
    first, second = (message("A", number) for number in (0, 1))
    publish([replace(second, id="A/a"), replace(first, id="A/b")], topic)

    assert topic.ids == ["A/b", "A/a"]


def test_a_topic_without_an_answer_for_each_message_is_an_error() -> None:
    class ShortAnswer(RecordingTopic):
        def publish(self, messages: Sequence[Message]) -> Sequence[str]:
            assert not self.batches, "the short answer was accepted"
            return super().publish(messages)[1:]

    with pytest.raises(ValueError, match="shorter"):
        publish([message(order, 0) for order in "AB"], ShortAnswer())


def test_events_of_one_sequence_are_published_by_id() -> None:
    topic = RecordingTopic()
    one = message("A", 0)
    publish([replace(one, id="A/b"), replace(one, id="A/a")], topic)

    assert topic.ids == ["A/a", "A/b"]


def test_an_order_with_a_refused_event_publishes_nothing_more() -> None:
    topic = RecordingTopic()
    topic.refuses = {"A/1"}

    unsent = publish([message(order, n) for order in "AB" for n in range(4)], topic)

    assert unsent == {"A/1": "Refused", "A/2": BEHIND, "A/3": BEHIND}
    assert topic.ids == ["A/0", "B/0", "B/1", "B/2", "B/3"]


def test_an_empty_batch_makes_no_call() -> None:
    topic = RecordingTopic()

    assert publish([], topic) == {}
    assert topic.batches == []


def test_a_failing_topic_fails_the_whole_batch() -> None:
    with pytest.raises(TimeoutError):
        publish([message(order, n) for order in "AB" for n in range(3)], RecordingTopic(fails_at=2))


MESSAGES = st.lists(
    st.builds(
        message,
        st.sampled_from("ABCDEFGHIJKLMNO"),
        st.integers(0, 9),
        st.sampled_from([500, 20_000, codec.MAX_BYTES]),
    ),
    unique_by=lambda m: m.id,
    max_size=100,
)


@given(messages=MESSAGES, refused=st.sets(st.integers(0, 99), max_size=5))
def test_with_any_messages_and_refusals_each_order_stays_in_order(
    messages: list[Message], refused: set[int]
) -> None:
    topic = RecordingTopic()
    topic.refuses = {messages[n].id for n in refused if n < len(messages)}

    unsent = publish(messages, topic)

    assert Counter([*topic.ids, *unsent]) == Counter(m.id for m in messages)
    for order in {m.subject for m in messages}:
        whole = sorted(m.id for m in messages if m.subject == order)
        sent = [id_ for id_ in topic.ids if id_.startswith(f"{order}/")]
        assert sent == whole[: len(sent)]
        assert len(sent) == len(whole) or whole[len(sent)] in topic.refuses
    sizes = {m.id: len(m.body) for m in messages}
    for batch in topic.batches:
        orders = [id_.partition("/")[0] for id_ in batch]
        assert len(set(orders)) == len(orders) <= MAX_ENTRIES
        assert sum(sizes[id_] for id_ in batch) < MAX_BYTES
