"""Examples: a published fact as an expression, and the sample of a new type."""

import json

import pytest

from events import codec
from ops.paths import ROOT
from ops.scaffold.checkout import Checkout
from ops.scaffold.example import new_sample, sample_of, types_in
from ops.scaffold.request import NewEvent


@pytest.mark.parametrize("name", codec.CONTRACTS)
def test_the_text_of_a_fact_is_an_expression_of_its_types(name: str) -> None:
    fact = sample_of(Checkout(ROOT), codec.CONTRACTS[name]).data

    known = {kind.__name__: kind for kind in types_in(fact)}
    assert eval(repr(fact), {"__builtins__": {}}, known) == fact
    assert type(fact) is known[name]


def test_a_new_sample_follows_its_cause() -> None:
    cause = sample_of(Checkout(ROOT), codec.CONTRACTS["OrderConfirmed"])

    sample = json.loads(new_sample(NewEvent(name="OrderFlagged", service="fraud"), cause))

    assert sample["id"] == f"{cause.subject}/fraud/flagged"
    assert (sample["source"], sample["type"], sample["dataversion"]) == ("fraud", "OrderFlagged", 1)
    assert sample["causationid"] == cause.id
    assert sample["correlationid"] == cause.correlationid
    assert sample["sequence"] > cause.sequence
    assert sample["data"] == {"reason": "OrderConfirmed"}


@pytest.mark.parametrize(
    ("name", "slot", "constant"),
    [
        ("OrderFlagged", "fraud/flagged", "FLAGGED"),
        ("ParcelBookedTwice", "fraud/parcel-booked-twice", "PARCEL_BOOKED_TWICE"),
    ],
)
def test_the_slot_of_a_type_is_its_name_without_the_order(
    name: str, slot: str, constant: str
) -> None:
    event = NewEvent(name=name, service="fraud")

    assert (event.slot, event.constant) == (slot, constant)
