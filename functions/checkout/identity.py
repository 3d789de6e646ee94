"""Order ids and the capability to see an order: a hash and what it is a hash of."""

import re
from hashlib import sha256
from hmac import compare_digest
from uuid import uuid4

from functions.runtime.http import Problem, Request

GUEST = "guest"
"""The issuer of those who order without an account."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O or U


def key_of(request: Request) -> str:
    """Return the request's Idempotency-Key in lower case, or a new one.

    Raises:
        Problem: 400; it is no UUID.
    """
    given = request.headers.get("idempotency-key")
    if given is None:
        return str(uuid4())
    key = _uuid(given)
    if key is None:
        raise Problem(
            400,
            "malformed-key",
            "The Idempotency-Key must be a UUID, such as one from `uuidgen`.",
            field="Idempotency-Key",
        )
    return key


def order_id(key: str, *, issuer: str = GUEST, customer: str = "") -> str:
    """Return the id of the order that this customer places with this key: 128 bits, 26 letters."""
    digest = sha256(f"{issuer}\n{customer}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:16])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def may_see(request: Request, order: str) -> bool:
    """Tell whether the bearer token is the key that the order was placed with."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = _uuid(token) if scheme.lower() == "bearer" else None
    return key is not None and compare_digest(order_id(key).encode(), order.encode())


def _uuid(text: str) -> str | None:
    lower = text.strip().lower()
    return lower if _UUID.fullmatch(lower) else None
