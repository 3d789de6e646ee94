"""The demo catalogue: what the shop sells, for how much, and how much of it there is."""

from pathlib import Path
from typing import Annotated

import msgspec

from events.money import MinorUnits

CURRENCY = "EUR"


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the demo shop sells, at a price in cents, and the pieces in stock at first."""

    sku: str
    name: str
    price: MinorUnits
    stock: Annotated[int, msgspec.Meta(ge=0)]


def articles() -> tuple[Article, ...]:
    """Return the whole catalogue."""
    raw = Path(__file__).with_suffix(".json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Article, ...])


def sold_out() -> Article:
    """Return the article of which there is none."""
    return next(article for article in articles() if not article.stock)
