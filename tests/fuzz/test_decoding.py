"""Decoding of any input gives an event, or an error that repeats no value."""

import json
from typing import Any

import pytest
from hypothesis import given

from events import codec
from events.codec import Undecodable
from events.envelope import Event
from tests.fuzz.cases import case_counts, share
from tests.fuzz.events import SAMPLES, raws
from tests.fuzz.values import MARK_START


@share(10)
@given(raws)
def test_any_bytes_decode_to_an_event_or_are_undecodable(raw: bytes | str) -> None:
    case_counts["events to decode"] += 1
    result = decoded(raw)

    if isinstance(result, str):
        assert result
        assert MARK_START not in result
    else:
        assert codec.decode(codec.encode(result)) == result


def decoded(raw: bytes | str) -> Event[Any] | str:
    """Return the event or the message of `Undecodable`; decoding may raise no other error."""
    try:
        return codec.decode(raw)
    except Undecodable as error:
        return str(error)


def test_each_sample_is_an_event() -> None:
    for sample in SAMPLES:
        assert codec.decode(json.dumps(sample)).type == sample["type"]


@pytest.mark.parametrize("part", ["type", "source", "id", "dataversion", "delivery"])
def test_an_error_repeats_no_value_of_any_member(part: str) -> None:
    for mark in ("ada@example.com", "tok_1", "sk_live_1", "12 St James's Square", 4242424242424242):
        sample = next(each for each in SAMPLES if each["dataversion"] == 2)
        value = f"{sample['subject']}/{mark}" if part == "id" else mark
        wrong = sample | {part: value, "data": sample["data"] | {part: value}}
        with pytest.raises(Undecodable) as caught:
            codec.decode(json.dumps(wrong))
        assert str(mark) not in str(caught.value)
