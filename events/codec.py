"""Codec: events to JSON and back; a decoding error names the fault and its place."""

from typing import Any

import msgspec

from events import redaction
from events.contracts import checkout, email, inventory, ordering, orders, payment, shipping
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
        email.ReceiptSent,
        email.DispatchNoteSent,
        email.CancellationSent,
        email.MailRefused,
        email.MailBounced,
        email.MailComplained,
        orders.OrderStalled,
    )
}
"""Every type that may be published, by its name."""


class Undecodable(ValueError):
    """The bytes are not a valid event; the message names the fault and its place in the JSON.

    The message may be logged: of the bytes it repeats only well-formed names (`events.redaction`).
    """


class UnknownType(Undecodable):
    """A type without a contract here: published by a newer deployment, or a mistake."""


class FutureVersion(Undecodable):
    """A `dataversion` above the contract's."""


class PastVersion(Undecodable):
    """A `dataversion` below the contract's, without an upcaster."""


class NotItsOwn(Undecodable):
    """The source may not publish this type, or the type may not fill this slot."""


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
        EventTooLarge: the event has more than 64 KiB.
    """
    raw = _encoder.encode(event)
    if len(raw) > MAX_BYTES:
        raise EventTooLarge(f"{event.id}: {len(raw)} bytes, at most {MAX_BYTES} can travel")
    return raw


def encode_as_written(envelope: Envelope, data: str) -> bytes:
    """Return CloudEvents JSON of an envelope and its `data`, in their own version."""
    return _encoder.encode(_Wire(**_attributes(envelope), data=msgspec.Raw(data)))


def encode_data(fact: Fact) -> str:
    """Return the event's `data` alone, as JSON."""
    return _encoder.encode(fact).decode()


def decode(raw: bytes | str) -> Event[Any]:
    """Return the event in `raw`, checked against its contract.

    Raises:
        UnknownType, FutureVersion, PastVersion, NotItsOwn: see these classes.
        Undecodable: for any other fault, such as "Expected `int`, got `str` - at
            `$.data.total.amount`".
    """
    try:
        body = raw.encode() if isinstance(raw, str) else raw
        if len(body) > MAX_BYTES:
            raise Undecodable(f"{len(body)} bytes, an event has at most {MAX_BYTES}")
        wire = _decoder.decode(body)
    except (*_UNREADABLE, TypeError) as error:
        raise Undecodable(redaction.reason(error)) from error
    return restore(wire, bytes(wire.data))


def restore(envelope: Envelope, data: bytes | str, *, lenient: bool = False) -> Event[Any]:
    """Return the event of an envelope and its `data` as JSON; raise the errors of `decode`.

    With `lenient`, a type without a contract becomes an `Unknown` fact: a reader of the log does
    not fail at a type that it does not use.

    Data of an earlier version is checked against its own contract and upcast to the current one.
    Then the whole event is of the current version, its `dataversion` included: code that compares,
    folds or shows it needs no case for earlier versions. The log keeps the event as it was written,
    and the relay sends it so (`encode_as_written`).
    """
    contract = CONTRACTS.get(envelope.type)
    if contract is None:
        if lenient:
            return _event(envelope, Unknown())
        raise UnknownType(f"no contract for type {redaction.name(envelope.type)} - at `$.type`")
    if envelope.dataversion > contract.version:
        raise FutureVersion(
            f"{envelope.type} {redaction.number(envelope.dataversion)} is newer than the"
            f" {contract.version} known here - at `$.dataversion`"
        )
    written = contract
    if envelope.dataversion < contract.version:
        written = _earlier_contract(envelope, contract)
    if not envelope.id.startswith(f"{envelope.subject}/"):
        raise Undecodable("the id is not <subject>/<slot> - at `$.id`")
    if not may_state(written, envelope.source, envelope.slot):
        raise NotItsOwn(
            f"{redaction.name(envelope.source)} may not publish {envelope.type} in slot"
            f" {redaction.name(envelope.slot)} - at `$.source`"
        )
    try:
        fact = msgspec.json.decode(data, type=written)
    except _UNREADABLE as error:
        message = redaction.reason(error)
        where = "" if " - at `$" in message else " - at `$.data`"
        raise Undecodable(message.replace("`$", "`$.data") + where) from error
    return _event(envelope, fact) if written is contract else _upcast(envelope, fact)


def may_state(contract: type[Fact], source: str, slot: str) -> bool:
    """Return whether `source` may fill `slot` with this type (`stalled` covers `stalled/1`)."""
    family, _, count = slot.rpartition("/")
    return source in contract.sources and (
        slot in contract.slots or (count.isdigit() and family in contract.slots)
    )


def _earlier_contract(envelope: Envelope, current: type[Fact]) -> type[Fact]:
    from events.contracts import upcasters

    contract = upcasters.contract_of(envelope.type, envelope.dataversion)
    if contract is None:
        raise PastVersion(
            f"{envelope.type} {envelope.dataversion} is older than the {current.version} known"
            " here, and has no upcaster - at `$.dataversion`"
        )
    return contract


def _upcast(envelope: Envelope, fact: Fact) -> Event[Any]:
    from events.contracts import upcasters

    current = upcasters.upcast(envelope.type, fact)
    return _event(msgspec.structs.replace(envelope, dataversion=current.version), current)


def _event[F: Fact](envelope: Envelope, fact: F) -> Event[F]:
    return Event(**_attributes(envelope), data=fact)


def _attributes(envelope: Envelope) -> dict[str, Any]:
    return {name: getattr(envelope, name) for name in Envelope.__struct_fields__}
