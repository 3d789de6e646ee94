"""Redaction: the parts of invalid input that a decoding error may repeat."""

from typing import Literal

import msgspec
import pytest

from events import redaction
from events.redaction import REDACTED


@pytest.mark.parametrize("text", ["OrderPlaced", "payment/charge", "stalled/1"])
def test_a_well_formed_name_is_kept(text: str) -> None:
    assert redaction.name(text) == f"`{text}`"


@pytest.mark.parametrize(
    "text", ["", "Robin Example", "robin@example.com", "a" * 41, "stalled/1000"]
)
def test_any_other_text_is_redacted(text: str) -> None:
    assert redaction.name(text) == f"`{REDACTED}`"


def test_a_version_above_999_is_redacted() -> None:
    assert (redaction.number(999), redaction.number(1000)) == ("999", REDACTED)


def test_a_reason_has_the_fault_without_its_value() -> None:
    class Order(msgspec.Struct):
        delivery: Literal["express", "standard"]

    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(b'{"delivery": "by Robin"}', type=Order)

    assert redaction.reason(refused.value) == "Invalid enum value - at `$.delivery`"
