"""Order ids and ownership: hashes of the customer and of the Idempotency-Key."""

import re
from hmac import compare_digest
from uuid import uuid4

from events.contracts.checkout import OrderPlaced
from functions.framework.customer import ALPHABET, short_hash
from functions.framework.http import Caller, Problem, Request

GUEST = "guest"
"""The issuer in the order ids of customers without an account."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_QUOTED = re.compile(r'"([^"]*)"')
_ID = re.compile(f"[{ALPHABET}]{{26}}")


def key_of(request: Request) -> str:
    """Return the request's Idempotency-Key in lower case, or a new one.

    It may be a string of structured fields, in double quotes:
    https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/

    Raises:
        Problem: 400, if it is not a UUID.
    """
    given = request.headers.get("idempotency-key")
    if given is None:
        return str(uuid4())
    quoted = _QUOTED.fullmatch(given.strip())
    key = _uuid(quoted[1] if quoted else given)
    if key is None:
        raise Problem(
            400,
            "malformed-key",
            "The Idempotency-Key must be a UUID, such as one from `uuidgen`.",
            field="Idempotency-Key",
        )
    return key


def order_id(key: str, *, issuer: str = GUEST, customer: str = "") -> str:
    """Return the id of the order that a customer places with a key."""
    return short_hash(f"{issuer}\n{customer}\n{key}")


def order_of(caller: Caller | None, key: str) -> str:
    """Return the id of the order that a caller, or a guest, places with a key."""
    if caller is None:
        return order_id(key)
    return order_id(key, issuer=caller.issuer, customer=caller.subject)


def customer_of(caller: Caller | None) -> str | None:
    """Return the caller's key, or None for a guest, who owns no order."""
    return caller.customer if caller else None


def may_read(request: Request, order: str) -> bool:
    """Return whether the order may be the caller's, so that the log is read for it.

    The id must be well-formed, and a guest must send the key that the order was placed with.
    """
    if not _ID.fullmatch(order):
        return False
    return request.caller is not None or holds_key(request, order)


def owns(request: Request, placed: OrderPlaced) -> bool:
    """Return whether the order is the caller's; a guest's order has no customer.

    An order keeps its owner when its stage gets, loses or changes its issuer: no token opens a
    guest's order, and no key opens a customer's.
    """
    return placed.customer == customer_of(request.caller)


def holds_key(request: Request, order: str) -> bool:
    """Return whether the bearer token is the key that a guest placed the order with."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = _uuid(token) if scheme.lower() == "bearer" else None
    return key is not None and compare_digest(order_id(key).encode(), order.encode())


def _uuid(text: str) -> str | None:
    lower = text.strip().lower()
    return lower if _UUID.fullmatch(lower) else None
