"""The request to place an order: validated, without unknown members, with equal SKUs merged."""

import hmac
import re
from codecs import BOM_UTF8
from hashlib import sha256
from typing import Annotated, Any, get_args

import msgspec

from events.contracts.checkout import MAX_LINES, MAX_QUANTITY, STANDARD, Address, Delivery, Quantity
from events.money import Money
from functions.framework.http import Problem, Request

Sku = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")]
_BARRED = r"\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"  # SQS refuses most of these in a message
_ADDRESS_PART = rf"[^@\s{_BARRED}]"
_PRINTABLE = rf"[^{_BARRED}]"
Printable = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=rf"^{_PRINTABLE}+\Z")]
PostalCode = Annotated[str, msgspec.Meta(min_length=1, max_length=16, pattern=rf"^{_PRINTABLE}+\Z")]
Email = Annotated[
    str,
    msgspec.Meta(max_length=254, pattern=rf"^{_ADDRESS_PART}+@{_ADDRESS_PART}+\Z"),
]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}\Z")]
PaymentToken = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,255}\Z")]


class RequestedLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product and its quantity; the shop sets the price."""

    sku: Sku
    quantity: Quantity


class RequestedAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The delivery address; `country` is ISO 3166-1 alpha-2."""

    name: Printable
    street: Printable
    city: Printable
    postal_code: PostalCode
    country: Country

    def address(self) -> Address:
        """Return the address as the events' type."""
        return Address(**msgspec.structs.asdict(self))


class ExpectedTotal(Money, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The total that the customer saw."""


KEYED = "k"
"""The first character of a keyed fingerprint; others begin with a hex digit."""


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /checkout`."""

    lines: Annotated[tuple[RequestedLine, ...], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    email: Email
    ship_to: RequestedAddress
    payment_token: PaymentToken
    expected_total: ExpectedTotal | None = None
    delivery: Delivery = STANDARD

    def fingerprint(self, key: str) -> str:
        """Return a hash that identifies requests of one intention (22 characters, 84 bits).

        What may differ between tries of one intention is left out: a card token is used up by a
        try, and the expected total is only compared. The Idempotency-Key makes it a keyed hash: the
        log does not have the key, so nobody can find the personal data by trial.
        """
        document = {
            "lines": sorted((line.sku, line.quantity) for line in self.lines),
            "email": self.email,
            "ship_to": self.ship_to,
            "delivery": self.delivery,
        }
        keyed = hmac.digest(key.encode(), msgspec.json.encode(document), "sha256")
        return KEYED + keyed.hex()[:21]

    def has_fingerprint(self, known: str, key: str) -> bool:
        """Return whether the fingerprint in the log is that of this request and key."""
        return known == (self.fingerprint(key) if known.startswith(KEYED) else self._unkeyed())

    def _unkeyed(self) -> str:
        """Return the fingerprint of releases before 0.2 (22 hex digits), which the log keeps.

        A member that was added later is left out while it has its default.
        """
        document = msgspec.to_builtins(self)
        if self.delivery == STANDARD:
            del document["delivery"]
        return sha256(msgspec.json.encode(document)).hexdigest()[:22]


_decoder = msgspec.json.Decoder(OrderRequest)
_PATH = re.compile(r" - at `(?P<path>[^`]*)`$")
_FIELD = re.compile(r"(?:unknown|required) field `(?P<field>[^`]*)`")


def parse_order(request: Request) -> OrderRequest:
    """Return the order request, with equal SKUs merged.

    Raises:
        Problem: 400, 415 or 422; it names the field.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(
            415,
            "wrong-content-type",
            "Send the order as application/json.",
            field="Content-Type",
        )
    try:
        requested = _decoded(request.body.removeprefix(BOM_UTF8))
    except msgspec.ValidationError as error:
        path, detail = _path_and_detail(str(error))
        raise Problem(422, "invalid-request", detail, field=path) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "malformed-body", "The body is not valid JSON.", field="$") from error
    return _merged(requested)


def _decoded(body: bytes) -> OrderRequest:
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
        return msgspec.convert(_with_integers(msgspec.json.decode(body)), OrderRequest)


def _with_integers(value: Any) -> Any:
    """Return JSON with an integer for each number such as 1.0, which is one in JSON Schema.

    https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.3
    """
    match value:
        case dict():
            return {name: _with_integers(each) for name, each in value.items()}
        case list():
            return [_with_integers(each) for each in value]
        case float() if value.is_integer():
            return int(value)
    return value


def _merged(requested: OrderRequest) -> OrderRequest:
    quantities: dict[str, int] = {}
    for line in requested.lines:
        total = quantities.get(line.sku, 0) + line.quantity
        if total > MAX_QUANTITY:
            detail = f"The total quantity of {line.sku} is {total}, at most {MAX_QUANTITY}."
            raise Problem(422, "invalid-request", detail, field="$.lines")
        quantities[line.sku] = total
    lines = tuple(RequestedLine(sku=sku, quantity=count) for sku, count in quantities.items())
    return msgspec.structs.replace(requested, lines=lines)


FORMS = {
    "sku": "a SKU has up to 40 letters, digits, dots, dashes and underscores",
    "delivery": f"a delivery is one of {', '.join(get_args(Delivery))}",
    "email": "an e-mail address has one @ and no blanks",
    "country": "a country is two capital letters (ISO 3166), such as DE",
    "payment_token": "a payment token has up to 255 letters, digits, dashes and underscores",
    "currency": "a currency is three capital letters (ISO 4217), such as EUR",
}
"""The format of each field, for people; in all other texts control characters are forbidden."""


def _path_and_detail(message: str) -> tuple[str, str]:
    """Return the JSON path and the sentence of a msgspec error message."""
    at = _PATH.search(message)
    path = at["path"] if at else "$"
    field = _FIELD.search(message)
    if field:
        path = f"{path}.{field['field']}"
    detail = _PATH.sub("", message)
    if "matching regex" in detail or "enum value" in detail:
        form = FORMS.get(path.rpartition(".")[2], "control characters are not allowed")
        detail = f"The value has the wrong format: {form}"
    return path[:200], detail[:200] + "."
