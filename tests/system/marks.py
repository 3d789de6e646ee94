"""Marked personal data and secrets, and a search for them in every encoding."""

import base64
import json
from collections.abc import Iterator
from functools import cache
from hashlib import md5, sha1, sha256
from urllib.parse import quote, quote_plus
from uuid import UUID

from events.personal import blank

MARKS = {
    "name": "Zyxa Quarkwell-Canary",
    "email": "zyxa.quark77@canary.example",
    "street": "77 Canary & Sons Street",
    "city": "Canaryville ob der Quark",
    "postal_code": "CNRY-7791",
    "card token": "tok_canary_7791_of_a_card",
    "key": str(UUID(int=0xCA4A47_0001 << 80 | 0x7791)),
    "other key": str(UUID(int=0xCA4A47_0002 << 80 | 0x7792)),
    "direct key": str(UUID(int=0xCA4A47_0003 << 80 | 0x7793)),
    "subject": "auth0|canary-7791",
    "token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ",
    "Stripe key": "sk_live_51Canary7791Canary7791",
    "card": "4242424242427791",
}
EMAIL, TOKEN, KEY, CARD = (MARKS[name] for name in ("email", "card token", "key", "card"))

EVERYTHING = " ".join(MARKS.values())
"""The message of a provider's error that quotes everything."""

SHIP_TO = {name: MARKS[name] for name in ("name", "street", "city", "postal_code")} | {
    "country": "DE"
}


def leaks(text: str) -> list[str]:
    """Return the marks in a text, each with its encoding."""
    return sorted({f"{mark}, {form}" for form, mark, written in forms() if written in text})


def without_personal(body: str) -> str:
    """Return an event as JSON without the fields that its contract declares personal."""
    event = json.loads(body)
    event["data"] = json.loads(blank(event["type"], json.dumps(event["data"])))
    return json.dumps(event)


@cache
def forms() -> frozenset[tuple[str, str, str]]:
    """Return every form in which a mark may be written: its encoding, the mark, the text."""
    return frozenset(
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
    for begin in range(3):  # the part that is equal in all texts with these bytes at this offset
        padded = b"\0" * begin + raw
        part = slice(4 if begin else 0, len(padded) // 3 * 4)
        yield "in base64", base64.b64encode(padded).decode()[part]
        yield "in base64", base64.urlsafe_b64encode(padded).decode()[part]
    for hashed in (md5(raw), sha1(raw), sha256(raw)):
        yield "hashed", hashed.hexdigest()
        yield "hashed, in base64", base64.b64encode(hashed.digest()).decode().rstrip("=")
