"""Whose an order is: its id is a hash of who placed it, and so is what the log calls them."""

import re
from hashlib import sha256
from hmac import compare_digest
from uuid import uuid4

from events.contracts.checkout import OrderPlaced
from functions.framework.http import Caller, Problem, Request

GUEST = "guest"
"""The issuer of those who order without an account."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O or U
_ID = re.compile(f"[{_ALPHABET}]{{26}}")


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


def letters(text: str) -> str:
    """Return a hash of a text: 128 bits, 26 letters."""
    number = int.from_bytes(sha256(text.encode()).digest()[:16])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def order_id(key: str, *, issuer: str = GUEST, customer: str = "") -> str:
    """Return the id of the order that this customer places with this key."""
    return letters(f"{issuer}\n{customer}\n{key}")


def order_of(caller: Caller | None, key: str) -> str:
    """Return the id of the order that this caller, or a guest, places with this key."""
    if caller is None:
        return order_id(key)
    return order_id(key, issuer=caller.issuer, customer=caller.subject)


def customer_key(issuer: str, subject: str) -> str:
    """Return what log and list know a customer by: 26 letters that tell no `sub`.

    It is a pseudonym: who can guess an issuer's subjects can compute it.
    """
    return letters(f"{issuer}\n{subject}")


def customer_of(caller: Caller | None) -> str | None:
    """Return the caller's key, or None for a guest, to whom no order belongs."""
    return customer_key(caller.issuer, caller.subject) if caller else None


def may_ask(request: Request, order: str) -> bool:
    """Tell whether it may be the caller's order, before it is read.

    The id must be a possible one, and a guest must know the key that it was placed with.
    """
    if not _ID.fullmatch(order):
        return False
    return request.caller is not None or may_see(request, order)


def owns(request: Request, placed: OrderPlaced) -> bool:
    """Tell whether the order is the caller's; a guest's belongs to nobody.

    So an order stays with whom it was placed by when its stage gets an issuer, loses it, or changes
    it: no token opens a guest's order, and no key a customer's.
    """
    return placed.customer == customer_of(request.caller)


def may_see(request: Request, order: str) -> bool:
    """Tell whether the bearer token is the key that a guest placed the order with."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = _uuid(token) if scheme.lower() == "bearer" else None
    return key is not None and compare_digest(order_id(key).encode(), order.encode())


def _uuid(text: str) -> str | None:
    lower = text.strip().lower()
    return lower if _UUID.fullmatch(lower) else None
