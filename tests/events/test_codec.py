"""The codec: events to JSON and back, and the errors for bytes that are not a valid event."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from events import codec
from events.codec import EventTooLarge, FutureVersion, NotItsOwn, Undecodable, UnknownType
from events.contracts.inventory import StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentPrepared, PaymentVoided
from events.envelope import Fact, Unknown
from testkit.builders import EMAIL, order_placed, placed, then

PLACED = placed()

type Edit = Callable[[dict[str, Any]], object]


def wire(edit: Edit = lambda _: None) -> bytes:
    """Return an OrderPlaced as JSON, after an edit of its members."""
    document = json.loads(codec.encode(PLACED))
    edit(document)
    return json.dumps(document).encode()


def lacks(name: str) -> Edit:
    return lambda document: document.pop(name)


def has(name: str, value: object) -> Edit:
    return lambda document: document.update({name: value})


def in_data(edit: Edit) -> Edit:
    return lambda document: edit(document["data"])


def test_an_event_comes_back_as_it_was_encoded() -> None:
    assert codec.decode(codec.encode(PLACED)) == PLACED


def test_data_of_any_version_is_encoded_as_it_was_written() -> None:
    envelope = msgspec.structs.replace(PLACED, dataversion=1)

    document = json.loads(codec.encode_as_written(envelope, '{"written": "then"}'))

    today = json.loads(codec.encode(PLACED))
    assert document == today | {"dataversion": 1, "data": {"written": "then"}}


def test_text_decodes_like_bytes() -> None:
    assert codec.decode(codec.encode(PLACED).decode()) == PLACED


def test_an_event_is_a_cloudevent_with_json_data() -> None:
    document = json.loads(codec.encode(PLACED))

    assert document["specversion"] == "1.0"
    assert document["datacontenttype"] == "application/json"
    assert document["type"] == "OrderPlaced"
    assert datetime.fromisoformat(document["time"]).tzinfo == UTC
    assert document["data"]["total"] == {"amount": 28890, "currency": "EUR"}


WRONG: list[tuple[str, bytes | str, type[Undecodable], str]] = [
    ("nothing", b"", Undecodable, "Input data was truncated"),
    ("not JSON", b"order placed!", Undecodable, "JSON is malformed"),
    ("half of an event", wire()[:-40], Undecodable, "Input data was truncated"),
    ("no object", b"[]", Undecodable, "Expected `object`, got `array`"),
    ("not UTF-8", wire().replace(b"Berlin", b"\xff\xfe"), Undecodable, "utf-8"),
    ("a lone surrogate", wire().decode().replace("Berlin", "\ud800"), Undecodable, "surrogates"),
    ("nested without end", wire(has("data", "§")).replace(b'"\\u00a7"', b"[" * 60_000),
     Undecodable, "recursion"),
    ("no data", wire(lacks("data")), Undecodable, "required field `data`"),
    ("no correlation", wire(lacks("correlationid")), Undecodable, "required field `correlationid`"),
    ("an empty subject", wire(has("subject", "")), Undecodable, "`$.subject`"),
    ("a version that is text", wire(has("dataversion", "1")), Undecodable, "`$.dataversion`"),
    ("version 0", wire(has("dataversion", 0)), Undecodable, "`$.dataversion`"),
    ("a time without a zone", wire(has("time", "2026-11-23T09:00:00")), Undecodable, "`$.time`"),
    ("a sequence of another form", wire(has("sequence", "12")), Undecodable, "`$.sequence`"),
    ("a sequence in other digits", wire(has("sequence", "١٧٩٥٤٢٥٢٤٧٣٨٢.0000")),
     Undecodable, "`$.sequence`"),
    ("a sequence with a line's end", wire(has("sequence", "1795425247382.0000\n")),
     Undecodable, "`$.sequence`"),
    ("no trace context", wire(has("traceparent", "4bf92f")), Undecodable, "`$.traceparent`"),
    ("another CloudEvents", wire(has("specversion", "0.3")), Undecodable, "`$.specversion`"),
    ("an amount that is text", wire(in_data(has("total", {"amount": "1", "currency": "EUR"}))),
     Undecodable, "Expected `int`, got `str` - at `$.data.total.amount`"),
    ("a negative amount", wire(in_data(has("total", {"amount": -1, "currency": "EUR"}))),
     Undecodable, "`$.data.total.amount`"),
    ("a currency in small letters", wire(in_data(has("total", {"amount": 1, "currency": "eur"}))),
     Undecodable, "`$.data.total.currency`"),
    ("no lines", wire(in_data(has("lines", []))), Undecodable, "`$.data.lines`"),
    ("a line without a price", wire(in_data(lambda d: d["lines"][1].pop("unit_price"))),
     Undecodable, "required field `unit_price` - at `$.data.lines[1]`"),
    ("no address", wire(in_data(lacks("ship_to"))), Undecodable,
     "required field `ship_to` - at `$.data`"),
    ("an unknown type", wire(has("type", "OrderGiftWrapped")), UnknownType,
     "no contract for type `OrderGiftWrapped` - at `$.type`"),
    ("a future version", wire(has("dataversion", 3)), FutureVersion,
     "OrderPlaced 3 is newer than the 2 known here - at `$.dataversion`"),
    ("a foreign source", wire(has("source", "shipping")), NotItsOwn,
     "`shipping` may not publish OrderPlaced in slot `placed` - at `$.source`"),
    ("another's slot", wire(has("id", f"{PLACED.subject}/outcome")), NotItsOwn, "slot `outcome`"),
    ("an id of another order", wire(has("id", "ANOTHER/placed")), Undecodable,
     "the id is not <subject>/<slot> - at `$.id`"),
    ("an id without a slot", wire(has("id", PLACED.subject)), Undecodable, "`$.id`"),
    ("more than can travel", b" " * (codec.MAX_BYTES + 1), Undecodable, "65537 bytes"),
    ("more than can travel, as text", wire(in_data(has("email", "§" * 40_000))).decode()
     .encode().decode("unicode_escape"), Undecodable, "bytes, an event has at most 65536"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "error", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_decoding_error_names_the_fault_and_its_place(
    raw: bytes | str, error: type[Undecodable], message: str
) -> None:
    with pytest.raises(Undecodable) as caught:
        codec.decode(raw)

    assert type(caught.value) is error
    assert message in str(caught.value)


@pytest.mark.parametrize("raw", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_decoding_error_names_at_most_one_place_at_its_end(raw: bytes | str) -> None:
    with pytest.raises(Undecodable) as caught:
        codec.decode(raw)

    _, at, place = str(caught.value).partition(" - at ")
    assert not at or re.fullmatch(r"`\$[a-z._\[\]0-9]*`", place)


def test_a_decoding_error_quotes_no_personal_data() -> None:
    edits = [in_data(has(name, [EMAIL])) for name in ("email", "total", "ship_to", "lines")]

    for edit in edits:
        with pytest.raises(Undecodable) as caught:
            codec.decode(wire(edit))
        assert EMAIL not in str(caught.value)


def test_a_field_that_a_newer_publisher_added_is_ignored() -> None:
    newer = wire(lambda document: document["data"].update(gift=True) or document.update(more=1))

    assert codec.decode(newer) == PLACED


def test_an_event_above_the_size_limit_is_not_encoded() -> None:
    long = msgspec.structs.replace(order_placed(), email="a" * codec.MAX_BYTES)

    with pytest.raises(EventTooLarge, match=f"{PLACED.id}: .* at most {codec.MAX_BYTES}"):
        codec.encode(placed(long))


def test_the_largest_event_is_encoded_and_decoded() -> None:
    room = codec.MAX_BYTES - len(codec.encode(PLACED))
    largest = placed(msgspec.structs.replace(order_placed(), email=EMAIL + "m" * room))

    assert len(codec.encode(largest)) == codec.MAX_BYTES
    assert codec.decode(codec.encode(largest)) == largest


def test_a_lenient_reader_restores_an_unknown_type_as_an_unknown_fact() -> None:
    event = codec.restore(
        msgspec.structs.replace(PLACED, type="OrderGiftWrapped"), '{"ribbon": "red"}', lenient=True
    )

    assert (event.type, event.data) == ("OrderGiftWrapped", Unknown())


def test_a_lenient_reader_still_refuses_a_future_version() -> None:
    with pytest.raises(FutureVersion):
        codec.restore(msgspec.structs.replace(PLACED, dataversion=3), "{}", lenient=True)


@pytest.mark.parametrize(
    ("contract", "source", "slot", "may"),
    [
        (PaymentPrepared, "payment", "payment/attempt", True),
        (PaymentPrepared, "inventory", "payment/attempt", False),
        (PaymentPrepared, "payment", "payment/charge", False),
        (PaymentVoided, "payment", "payment/attempt", True),
        (PaymentVoided, "payment", "payment/charge", True),
        (OrderCancelled, "checkout", "outcome", True),
        (OrderCancelled, "ordering", "outcome", True),
        (OrderConfirmed, "checkout", "outcome", False),
        (OrderStalled, "orders", "stalled/1", True),
        (OrderStalled, "orders", "stalled/12", True),
        (OrderStalled, "orders", "stalled/", False),
        (OrderStalled, "orders", "stalled/one", False),
        (PaymentCaptured, "payment", "payment/charge/2", True),
        (PaymentCaptured, "payment", "payment/2", False),
        (StockReserved, "inventory", "payment/charge", False),
    ],
)
def test_a_service_may_state_its_own_facts_in_its_own_slots_and_numbered_ones(
    contract: type[Fact], source: str, slot: str, may: bool
) -> None:
    assert codec.may_state(contract, source, slot) is may


def test_every_contract_has_sources_slots_and_a_version() -> None:
    for contract in codec.CONTRACTS.values():
        assert contract.sources, contract
        assert contract.slots, contract
        assert contract.version >= 1, contract


def test_a_consequence_decodes_as_it_was_stated() -> None:
    event = then(PLACED, PaymentVoided(reference="r"), slot="payment/charge")

    assert codec.decode(codec.encode(event)) == event
