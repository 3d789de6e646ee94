"""What an error repeats of an event that is none."""

from typing import Literal

import msgspec
import pytest

from events import redaction
from events.redaction import UNSAID


@pytest.mark.parametrize("text", ["OrderPlaced", "payment/charge", "stalled/1"])
def test_a_name_such_as_ours_is_said(text: str) -> None:
    assert redaction.name(text) == f"`{text}`"


@pytest.mark.parametrize(
    "text", ["", "Robin Example", "robin@example.com", "a" * 41, "stalled/1000"]
)
def test_what_is_no_name_of_ours_is_not_said(text: str) -> None:
    assert redaction.name(text) == f"`{UNSAID}`"


def test_a_version_is_said_if_it_is_as_small_as_they_are() -> None:
    assert (redaction.number(999), redaction.number(1000)) == ("999", UNSAID)


def test_what_is_wrong_is_said_without_the_value_that_is() -> None:
    class Order(msgspec.Struct):
        delivery: Literal["express", "standard"]

    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(b'{"delivery": "by Robin"}', type=Order)

    assert redaction.reason(refused.value) == "Invalid enum value - at `$.delivery`"
