"""Batches keep to the limits of SNS and SQS, and lose nothing on the way."""

from events import codec
from functions.runtime.packing import MAX_BYTES, OVERHEAD, pack
from functions.runtime.ports import Message


def messages(count: int, size: int = 500) -> list[Message]:
    return [
        Message(
            id=f"{number}/placed",
            subject=f"{number}",
            type="OrderPlaced",
            sequence="1795425247382.0000",
            body=b"." * size,
        )
        for number in range(count)
    ]


def test_a_batch_has_at_most_ten_messages_or_fewer_if_told() -> None:
    many = messages(23)

    assert [len(batch) for batch in pack(many)] == [10, 10, 3]
    assert [len(batch) for batch in pack(many, 3)] == [3] * 7 + [2]
    assert [each for batch in pack(many) for each in batch] == many


def test_a_batch_of_the_largest_events_stays_below_what_is_accepted() -> None:
    batches = list(pack(messages(7, codec.MAX_BYTES)))

    assert max(sum(len(each.body) for each in batch) for batch in batches) < MAX_BYTES
    assert [len(batch) for batch in batches] == [3, 3, 1]


def test_a_batch_is_filled_to_the_last_byte_and_no_further() -> None:
    half = MAX_BYTES // 2 - OVERHEAD

    assert [len(batch) for batch in pack(messages(4, half))] == [2, 2]
    assert [len(batch) for batch in pack(messages(4, half + 1))] == [1] * 4


def test_a_single_event_is_sent_alone_however_large() -> None:
    assert [len(batch) for batch in pack(messages(1, MAX_BYTES))] == [1]
