"""Events to JSON and back; decoding says what is wrong and where."""

from typing import Any

import msgspec

from events import checkout, inventory, ordering, orders, payment, shipping
from events.envelope import Envelope, Event, Fact, Unknown

MAX_BYTES = 64 * 1024
"""The largest event; three fit an SNS publish batch (256 KiB with their attributes)."""

CONTRACTS: dict[str, type[Fact]] = {
    contract.__name__: contract
    for contract in (
        checkout.OrderPlaced,
        payment.PaymentPrepared,
        payment.PaymentCaptured,
        payment.PaymentDeclined,
        payment.PaymentVoided,
        payment.PaymentRefunded,
        inventory.StockReserved,
        inventory.StockRejected,
        inventory.StockVoided,
        inventory.StockReleased,
        ordering.OrderConfirmed,
        ordering.OrderCancelled,
        shipping.DispatchScheduled,
        orders.OrderStalled,
    )
}
"""Every type that may be published, by its name."""


class Undecodable(ValueError):
    """The bytes are no event of ours; the message says what is wrong, and where in the JSON."""


class UnknownType(Undecodable):
    """A type without a contract here: stated by a newer deployment, or a mistake."""


class FutureVersion(Undecodable):
    """A `dataversion` above the one that this code knows."""


class NotItsOwn(Undecodable):
    """The source may not state this type, or the type may not fill this slot."""


class EventTooLarge(ValueError):
    """The event has more than `MAX_BYTES` as JSON."""


class _Wire(Envelope, frozen=True, kw_only=True):
    data: msgspec.Raw


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Wire)
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def encode(event: Event[Any]) -> bytes:
    """Return the event as CloudEvents JSON.

    Raises:
        EventTooLarge: it has more than 64 KiB.
    """
    raw = _encoder.encode(event)
    if len(raw) > MAX_BYTES:
        raise EventTooLarge(f"{event.id}: {len(raw)} bytes, at most {MAX_BYTES} can travel")
    return raw


def encode_data(fact: Fact) -> str:
    """Return the event's `data` alone, as JSON."""
    return _encoder.encode(fact).decode()


def decode(raw: bytes | str) -> Event[Any]:
    """Return the event in `raw`, checked against its contract.

    Raises:
        UnknownType, FutureVersion, NotItsOwn: as they say.
        Undecodable: anything else; "Expected `int`, got `str` - at `$.data.total.amount`", say.
    """
    try:
        body = raw.encode() if isinstance(raw, str) else raw
        if len(body) > MAX_BYTES:
            raise Undecodable(f"{len(body)} bytes, an event has at most {MAX_BYTES}")
        wire = _decoder.decode(body)
    except _UNREADABLE as error:
        raise Undecodable(str(error)) from error
    return restore(wire, bytes(wire.data))


def restore(envelope: Envelope, data: bytes | str, *, lenient: bool = False) -> Event[Any]:
    """Return the event of an envelope and its `data` as JSON; raises what `decode` raises.

    With `lenient`, a type without a contract becomes an `Unknown` fact: a reader of the log does
    not stumble over what it cannot have asked for.
    """
    contract = CONTRACTS.get(envelope.type)
    if contract is None:
        if lenient:
            return _event(envelope, Unknown())
        raise UnknownType(f"no contract for type `{envelope.type}` - at `$.type`")
    if envelope.dataversion > contract.version:
        raise FutureVersion(
            f"{envelope.type} {envelope.dataversion} is newer than the {contract.version} known"
            " here - at `$.dataversion`"
        )
    if not envelope.id.startswith(f"{envelope.subject}/"):
        raise Undecodable(f"`{envelope.id}` is not <subject>/<slot> - at `$.id`")
    if not may_state(contract, envelope.source, envelope.slot):
        raise NotItsOwn(
            f"{envelope.type} in slot `{envelope.slot}` is not for `{envelope.source}` to state"
            " - at `$.source`"
        )
    try:
        fact = msgspec.json.decode(data, type=contract)
    except _UNREADABLE as error:
        message = str(error)
        where = "" if " - at `$" in message else " - at `$.data`"
        raise Undecodable(message.replace("`$", "`$.data") + where) from error
    return _event(envelope, fact)


def may_state(contract: type[Fact], source: str, slot: str) -> bool:
    """Tell whether `source` may fill `slot` with this type (`stalled` covers `stalled/1`)."""
    family, _, count = slot.rpartition("/")
    return source in contract.sources and (
        slot in contract.slots or (count.isdigit() and family in contract.slots)
    )


def _event[F: Fact](envelope: Envelope, fact: F) -> Event[F]:
    attributes = {name: getattr(envelope, name) for name in Envelope.__struct_fields__}
    return Event(**attributes, data=fact)
