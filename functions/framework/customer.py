"""The key of a customer in events: a hash of a token's issuer and subject."""

from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""


def short_hash(text: str) -> str:
    """Return a hash of a text: 128 bits as 26 letters and digits."""
    number = int.from_bytes(sha256(text.encode()).digest()[:16])
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def customer_key(issuer: str, subject: str) -> str:
    """Return the customer's key in log and read models: 26 letters and digits that hide the `sub`.

    It is a pseudonym: anyone who can guess an issuer's subjects can compute it.
    """
    return short_hash(f"{issuer}\n{subject}")
