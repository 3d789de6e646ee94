"""Events of earlier versions: checked by their own contract and upcast to the current one."""

import json
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from events import codec
from events.codec import FutureVersion, NotItsOwn, PastVersion, Undecodable
from events.contracts import upcasters
from events.contracts.checkout import MAX_LINES, OrderPlaced
from events.contracts.upcasters import Upcaster
from events.envelope import Event, Fact

SAMPLE = (Path(codec.__file__).parent / "samples" / "OrderPlaced.1.json").read_bytes()


def old(**members: Any) -> bytes:
    """Return an OrderPlaced 1 with some members of its data set, or removed where None."""
    document = json.loads(SAMPLE)
    data = document["data"] | members
    document["data"] = {name: value for name, value in data.items() if value is not None}
    return json.dumps(document).encode()


def test_an_order_of_version_1_has_standard_delivery_and_a_guest() -> None:
    event = codec.decode(SAMPLE)

    assert isinstance(event.data, OrderPlaced)
    assert (event.data.delivery, event.data.customer) == ("standard", None)
    assert event.data.total.amount == 28890


@pytest.mark.parametrize("count", [1, MAX_LINES])
def test_an_order_of_version_1_may_have_any_number_of_lines(count: int) -> None:
    line = json.loads(SAMPLE)["data"]["lines"][0]
    event = codec.decode(old(lines=[line] * count))

    assert isinstance(event.data, OrderPlaced)
    assert len(event.data.lines) == count


def test_a_decoded_event_is_of_the_current_version_and_is_encoded_so() -> None:
    event = codec.decode(SAMPLE)
    written = json.loads(codec.encode(event))

    assert event.dataversion == OrderPlaced.version == written["dataversion"]
    assert written["data"]["delivery"] == "standard"
    assert codec.decode(codec.encode(event)) == event


def test_it_is_the_same_fact_as_its_message_of_the_current_version() -> None:
    event = codec.decode(SAMPLE)

    assert event.same_fact(codec.decode(codec.encode(event)))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"ship_to": None}, "required field `ship_to` - at `$.data`"),
        ({"lines": []}, "`$.data.lines`"),
        ({"lines": json.loads(SAMPLE)["data"]["lines"][:1] * (MAX_LINES + 1)}, "`$.data.lines`"),
        ({"total": {"amount": "1", "currency": "EUR"}},
         "Expected `int`, got `str` - at `$.data.total.amount`"),
    ],
)  # fmt: skip
def test_its_data_is_checked_by_its_own_contract(members: dict[str, Any], message: str) -> None:
    with pytest.raises(Undecodable) as caught:
        codec.decode(old(**members))

    assert message in str(caught.value)


def test_a_field_of_the_next_version_is_ignored_in_an_earlier_one() -> None:
    assert codec.decode(old(delivery="express")) == codec.decode(SAMPLE)


# -- a type with three versions --------------------------------------------------------------------


class Rung1(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("tower",)
    slots: ClassVar[tuple[str, ...]] = ("rung",)

    bell: str


class Rung2(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("tower",)
    slots: ClassVar[tuple[str, ...]] = ("rung",)
    version: ClassVar[int] = 2

    bells: tuple[str, ...]


class BellsRung(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("belfry",)
    slots: ClassVar[tuple[str, ...]] = ("rung",)
    version: ClassVar[int] = 3

    bells: tuple[str, ...]
    times: int


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec.CONTRACTS, "BellsRung", BellsRung)
    steps = (
        Upcaster(Rung1, lambda one: Rung2(bells=(one.bell,))),
        Upcaster(Rung2, lambda two: BellsRung(bells=two.bells, times=1)),
    )
    monkeypatch.setitem(upcasters.UPCASTERS, "BellsRung", steps)


def rung(version: int, data: Any, source: str = "tower") -> Event[Any]:
    document = json.loads(SAMPLE)
    document |= {"type": "BellsRung", "source": source, "dataversion": version, "data": data}
    return codec.decode(json.dumps(document | {"id": f"{document['subject']}/rung"}))


@pytest.mark.parametrize(
    ("version", "data", "source"),
    [
        (1, {"bell": "Pummerin"}, "tower"),
        (2, {"bells": ["Pummerin"]}, "tower"),
        (3, {"bells": ["Pummerin"], "times": 1}, "belfry"),
    ],
)
def test_each_version_is_upcast_through_all_versions_in_between(
    version: int, data: Any, source: str
) -> None:
    event = rung(version, data, source)

    assert (event.dataversion, event.data) == (3, BellsRung(bells=("Pummerin",), times=1))


def test_the_sources_of_the_events_own_version_apply() -> None:
    with pytest.raises(NotItsOwn):
        rung(3, {"bells": [], "times": 1}, "tower")
    with pytest.raises(NotItsOwn):
        rung(2, {"bells": []}, "belfry")


def test_a_future_version_is_still_refused() -> None:
    with pytest.raises(FutureVersion, match="BellsRung 4 is newer than the 3 known here"):
        rung(4, {})


def test_a_version_without_an_upcaster_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(upcasters.UPCASTERS, "BellsRung")

    with pytest.raises(PastVersion) as caught:
        rung(1, {"bell": "Pummerin"})

    assert str(caught.value) == (
        "BellsRung 1 is older than the 3 known here, and has no upcaster - at `$.dataversion`"
    )


def test_a_lenient_reader_keeps_the_version_of_an_unknown_type() -> None:
    envelope = msgspec.structs.replace(codec.decode(SAMPLE), type="BellsCast", dataversion=7)

    assert codec.restore(envelope, "{}", lenient=True).dataversion == 7
