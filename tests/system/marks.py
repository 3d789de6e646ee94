"""Marked personal data and secrets, and a search for them in every encoding."""

import base64
import json
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import md5, sha1, sha256
from urllib.parse import quote, quote_plus
from uuid import UUID

from events.personal import blank

NAME = "Zyxa Quarkwell-Canary"
EMAIL = "zyxa.quark77@canary.example"
STREET = "77 Canary & Sons Street"
CITY = "Canaryville ob der Quark"
POSTAL_CODE = "CNRY-7791"
TOKEN = "tok_canary_7791_of_a_card"
KEY = str(UUID(int=0xCA4A47_0001 << 80 | 0x7791))
OTHER_KEY = str(UUID(int=0xCA4A47_0002 << 80 | 0x7792))
DIRECT_KEY = str(UUID(int=0xCA4A47_0003 << 80 | 0x7793))
SUBJECT = "auth0|canary-7791"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ"
STRIPE_KEY = "sk_live_51Canary7791Canary7791"
CARD = "4242424242427791"

MARKS = {
    "name": NAME,
    "email": EMAIL,
    "street": STREET,
    "city": CITY,
    "postal code": POSTAL_CODE,
    "card token": TOKEN,
    "key": KEY,
    "other key": OTHER_KEY,
    "direct key": DIRECT_KEY,
    "subject": SUBJECT,
    "token": JWT,
    "Stripe key": STRIPE_KEY,
    "card": CARD,
}

EVERYTHING = " ".join(MARKS.values())
"""The message of a provider's error that quotes everything."""

SHIP_TO = {
    "name": NAME,
    "street": STREET,
    "city": CITY,
    "postal_code": POSTAL_CODE,
    "country": "DE",
}


def leaks(text: str) -> list[str]:
    """Return the marks in a text, each with its encoding."""
    return sorted({f"{mark}, {form}" for form, mark, written in _forms() if written in text})


def without_personal(body: str) -> str:
    """Return an event as JSON without the fields that its contract declares personal."""
    event = json.loads(body)
    event["data"] = json.loads(blank(event["type"], json.dumps(event["data"])))
    return json.dumps(event)


@cache
def _forms() -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (form, mark, written)
        for mark, text in MARKS.items()
        for each in {text, text.lower(), text.upper()}
        for form, written in _encodings(each)
    )


def _encodings(text: str) -> Iterator[tuple[str, str]]:
    raw = text.encode()
    yield "plain", text
    yield "in JSON", json.dumps(text)[1:-1]
    yield "in a URL", quote(text, safe="")
    yield "in a form", quote_plus(text)
    yield "in hex", raw.hex()
    for begin in range(3):
        yield from (("in base64", form) for form in _base64(raw, begin))
    for hashed in (md5(raw), sha1(raw), sha256(raw)):
        yield "hashed", hashed.hexdigest()
        yield "hashed, in base64", base64.b64encode(hashed.digest()).decode().rstrip("=")


def _base64(raw: bytes, begin: int) -> Iterable[str]:
    """Return the part of the base64 that is equal in all texts with these bytes at this offset."""
    padded = b"\0" * begin + raw
    whole = len(padded) // 3 * 4
    skipped = 0 if begin == 0 else 4
    return {
        encode(padded).decode()[skipped:whole]
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    }
