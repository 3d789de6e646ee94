"""Batches of messages within the limits of SNS and SQS."""

from copy import replace
from typing import Any

import pytest

from events import codec
from functions.framework.batching import MAX_BYTES, OVERHEAD, Unfit, fit, pack
from functions.framework.ports import Message


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


def test_a_batch_has_at_most_ten_messages_or_the_given_number() -> None:
    many = messages(23)

    assert [len(batch) for batch in pack(many)] == [10, 10, 3]
    assert [len(batch) for batch in pack(many, 3)] == [3] * 7 + [2]
    assert [each for batch in pack(many) for each in batch] == many


def test_a_batch_of_the_largest_events_is_below_the_size_limit() -> None:
    batches = list(pack(messages(7, codec.MAX_BYTES)))

    assert max(sum(len(each.body) for each in batch) for batch in batches) < MAX_BYTES
    assert [len(batch) for batch in batches] == [3, 3, 1]


def test_a_batch_may_have_exactly_the_size_limit() -> None:
    half = MAX_BYTES // 2 - OVERHEAD

    assert [len(batch) for batch in pack(messages(4, half))] == [2, 2]
    assert [len(batch) for batch in pack(messages(4, half + 1))] == [1] * 4


def test_a_single_event_is_a_batch_whatever_its_size() -> None:
    assert [len(batch) for batch in pack(messages(1, MAX_BYTES))] == [1]


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"body": b"." * codec.MAX_BYTES},
        {"body": "\N{TRUMPET} \ufffd".encode()},
        {"id": "!" * 128, "subject": "~" * 128},
    ],
    ids=["usual", "the longest body", "another alphabet", "the longest ids"],
)
def test_a_message_within_all_limits_is_returned_unchanged(edit: dict[str, Any]) -> None:
    (usual,) = messages(1)
    message = replace(usual, **edit)

    assert fit(message) is message


NO_IDENTIFIER = "an id is too long, or has characters other than visible ASCII"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"body": b"." * 65537}, "65537 bytes; at most 65536 can be published"),
        ({"body": "\ufffe".encode()}, "it has a character that SNS and SQS refuse"),
        ({"body": "a\uffffb".encode()}, "it has a character that SNS and SQS refuse"),
        *(
            ({name: wrong}, NO_IDENTIFIER)
            for name in ("id", "subject")
            for wrong in ("", "!" * 129, "a b", "\N{TRUMPET}")
        ),
    ],
)
def test_a_message_that_sns_would_refuse_is_unfit(edit: dict[str, Any], reason: str) -> None:
    (usual,) = messages(1)

    with pytest.raises(Unfit) as unfit:
        fit(replace(usual, **edit))
    assert str(unfit.value) == reason
