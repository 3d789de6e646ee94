"""Events of earlier versions: checked by the contract of then, and read as ones of today."""

import json
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from events import codec
from events.codec import FutureVersion, NotItsOwn, PastVersion, Undecodable
from events.contracts import upcasters
from events.contracts.checkout import OrderPlaced
from events.contracts.upcasters import Earlier
from events.envelope import Event, Fact

SAMPLE = (Path(codec.__file__).parent / "samples" / "OrderPlaced.1.json").read_bytes()


def old(**members: Any) -> bytes:
    """Return an OrderPlaced 1 with some members of its data set, or removed where None."""
    document = json.loads(SAMPLE)
    data = document["data"] | members
    document["data"] = {name: value for name, value in data.items() if value is not None}
    return json.dumps(document).encode()


def test_an_order_of_the_time_before_goes_by_standard_delivery_to_a_guest() -> None:
    event = codec.decode(SAMPLE)

    assert isinstance(event.data, OrderPlaced)
    assert (event.data.delivery, event.data.customer) == ("standard", None)
    assert event.data.total.amount == 28890


def test_once_read_it_is_an_event_of_today_and_is_written_as_one() -> None:
    event = codec.decode(SAMPLE)
    written = json.loads(codec.encode(event))

    assert event.dataversion == OrderPlaced.version == written["dataversion"]
    assert written["data"]["delivery"] == "standard"
    assert codec.decode(codec.encode(event)) == event


def test_it_states_the_same_fact_as_its_message_of_the_next_version() -> None:
    event = codec.decode(SAMPLE)

    assert event.same_fact(codec.decode(codec.encode(event)))


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"ship_to": None}, "required field `ship_to` - at `$.data`"),
        ({"lines": []}, "`$.data.lines`"),
        ({"total": {"amount": "1", "currency": "EUR"}},
         "Expected `int`, got `str` - at `$.data.total.amount`"),
    ],
)  # fmt: skip
def test_its_data_is_checked_by_the_contract_of_then(members: dict[str, Any], says: str) -> None:
    with pytest.raises(Undecodable) as caught:
        codec.decode(old(**members))

    assert says in str(caught.value)


def test_what_only_the_next_version_says_is_passed_over_in_an_event_of_the_one_before() -> None:
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
        Earlier(Rung1, lambda one: Rung2(bells=(one.bell,))),
        Earlier(Rung2, lambda two: BellsRung(bells=two.bells, times=1)),
    )
    monkeypatch.setitem(upcasters.EARLIER, "BellsRung", steps)


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
def test_each_version_is_lifted_by_way_of_all_in_between(
    version: int, data: Any, source: str
) -> None:
    event = rung(version, data, source)

    assert (event.dataversion, event.data) == (3, BellsRung(bells=("Pummerin",), times=1))


def test_who_may_state_it_is_said_by_the_contract_of_then() -> None:
    with pytest.raises(NotItsOwn):
        rung(3, {"bells": [], "times": 1}, "tower")
    with pytest.raises(NotItsOwn):
        rung(2, {"bells": []}, "belfry")


def test_a_version_yet_to_come_is_still_refused() -> None:
    with pytest.raises(FutureVersion, match="BellsRung 4 is newer than the 3 known here"):
        rung(4, {})


def test_a_version_that_nothing_lifts_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(upcasters.EARLIER, "BellsRung")

    with pytest.raises(PastVersion) as caught:
        rung(1, {"bell": "Pummerin"})

    assert str(caught.value) == (
        "BellsRung 1 is older than the 3 known here, and nothing lifts it - at `$.dataversion`"
    )


def test_a_lenient_reader_keeps_the_version_of_what_it_does_not_know() -> None:
    envelope = msgspec.structs.replace(codec.decode(SAMPLE), type="BellsCast", dataversion=7)

    assert codec.restore(envelope, "{}", lenient=True).dataversion == 7
