"""Events to JSON and back; decoding says what is wrong and where."""

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
        orders.OrderStalled,
    )
}
"""Every type that may be published, by its name."""


class Undecodable(ValueError):
    """The bytes are no event of ours; the message says what is wrong, and where in the JSON.

    It may be logged: it repeats nothing that is not a name such as ours (`events.redaction`).
    """


class UnknownType(Undecodable):
    """A type without a contract here: stated by a newer deployment, or a mistake."""


class FutureVersion(Undecodable):
    """A `dataversion` above the one that this code knows."""


class PastVersion(Undecodable):
    """A `dataversion` of which this code has kept no contract."""


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


def encode_as_written(envelope: Envelope, data: str) -> bytes:
    """Return CloudEvents JSON of an envelope and its `data`, in the version that both are in."""
    return _encoder.encode(_Wire(**_attributes(envelope), data=msgspec.Raw(data)))


def encode_data(fact: Fact) -> str:
    """Return the event's `data` alone, as JSON."""
    return _encoder.encode(fact).decode()


def decode(raw: bytes | str) -> Event[Any]:
    """Return the event in `raw`, checked against its contract.

    Raises:
        UnknownType, FutureVersion, PastVersion, NotItsOwn: as they say.
        Undecodable: anything else; "Expected `int`, got `str` - at `$.data.total.amount`", say.
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
    """Return the event of an envelope and its `data` as JSON; raises what `decode` raises.

    With `lenient`, a type without a contract becomes an `Unknown` fact: a reader of the log does
    not stumble over what it cannot have asked for.

    Data of an earlier version is checked against the contract of then and lifted to today's. The
    event is then one of today in all, its `dataversion` included: type, version and data agree, so
    whoever compares it, folds it or shows it need not know that it was written otherwise. In the
    log it stays as it was written, and it is sent as it is there (`encode_as_written`).
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
        written = _of_then(envelope, contract)
    if not envelope.id.startswith(f"{envelope.subject}/"):
        raise Undecodable("it is not <subject>/<slot> - at `$.id`")
    if not may_state(written, envelope.source, envelope.slot):
        raise NotItsOwn(
            f"{envelope.type} in slot {redaction.name(envelope.slot)} is not for"
            f" {redaction.name(envelope.source)} to state - at `$.source`"
        )
    try:
        fact = msgspec.json.decode(data, type=written)
    except _UNREADABLE as error:
        message = redaction.reason(error)
        where = "" if " - at `$" in message else " - at `$.data`"
        raise Undecodable(message.replace("`$", "`$.data") + where) from error
    return _event(envelope, fact) if written is contract else _lifted(envelope, fact)


def may_state(contract: type[Fact], source: str, slot: str) -> bool:
    """Tell whether `source` may fill `slot` with this type (`stalled` covers `stalled/1`)."""
    family, _, count = slot.rpartition("/")
    return source in contract.sources and (
        slot in contract.slots or (count.isdigit() and family in contract.slots)
    )


def _of_then(envelope: Envelope, today: type[Fact]) -> type[Fact]:
    from events.contracts import upcasters

    contract = upcasters.contract_of(envelope.type, envelope.dataversion)
    if contract is None:
        raise PastVersion(
            f"{envelope.type} {envelope.dataversion} is older than the {today.version} known here,"
            " and nothing lifts it - at `$.dataversion`"
        )
    return contract


def _lifted(envelope: Envelope, fact: Fact) -> Event[Any]:
    from events.contracts import upcasters

    today = upcasters.lift(envelope.type, fact)
    return _event(msgspec.structs.replace(envelope, dataversion=today.version), today)


def _event[F: Fact](envelope: Envelope, fact: F) -> Event[F]:
    return Event(**_attributes(envelope), data=fact)


def _attributes(envelope: Envelope) -> dict[str, Any]:
    return {name: getattr(envelope, name) for name in Envelope.__struct_fields__}
