"""The relay's rule: an order's events leave one after the other, those of many orders together."""

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


class Waves(MemoryTopic):
    """The topic in memory, which notes each batch and may break down at one of them."""

    def __init__(self, breaks_at: int = -1) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self._breaks_at = breaks_at

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        if len(self.batches) == self._breaks_at:
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


def test_the_events_of_an_order_leave_by_sequence_one_a_wave() -> None:
    topic = Waves()

    assert publish([message("A", n) for n in (2, 0, 1)], topic) == {}
    assert topic.batches == [["A/0"], ["A/1"], ["A/2"]]


def test_the_events_of_many_orders_leave_together() -> None:
    topic = Waves()
    publish([message(order, n) for order in "ABC" for n in (0, 1)], topic)

    assert topic.batches == [["A/0", "B/0", "C/0"], ["A/1", "B/1", "C/1"]]


def test_the_sequence_decides_whatever_the_events_are_called() -> None:
    topic = Waves()
    first, second = (message("A", number) for number in (0, 1))
    publish([replace(second, id="A/a"), replace(first, id="A/b")], topic)

    assert topic.ids == ["A/b", "A/a"]


def test_a_topic_that_does_not_answer_for_each_message_is_not_believed() -> None:
    class Terse(Waves):
        def publish(self, messages: Sequence[Message]) -> Sequence[str]:
            assert not self.batches, "it was believed"
            return super().publish(messages)[1:]

    with pytest.raises(ValueError, match="shorter"):
        publish([message(order, 0) for order in "AB"], Terse())


def test_events_of_one_sequence_leave_by_id() -> None:
    topic = Waves()
    one = message("A", 0)
    publish([replace(one, id="A/b"), replace(one, id="A/a")], topic)

    assert topic.ids == ["A/a", "A/b"]


def test_an_order_of_which_one_event_failed_sends_nothing_more() -> None:
    topic = Waves()
    topic.refuses = {"A/1"}

    unsent = publish([message(order, n) for order in "AB" for n in range(4)], topic)

    assert unsent == {"A/1": "Refused", "A/2": BEHIND, "A/3": BEHIND}
    assert topic.ids == ["A/0", "B/0", "B/1", "B/2", "B/3"]


def test_nothing_to_publish_calls_nobody() -> None:
    topic = Waves()

    assert publish([], topic) == {}
    assert topic.batches == []


def test_a_topic_that_breaks_down_fails_the_whole_batch_so_that_nothing_is_taken_as_sent() -> None:
    with pytest.raises(TimeoutError):
        publish([message(order, n) for order in "AB" for n in range(3)], Waves(breaks_at=2))


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
def test_whatever_comes_and_whatever_is_refused_each_order_stays_in_order(
    messages: list[Message], refused: set[int]
) -> None:
    topic = Waves()
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
