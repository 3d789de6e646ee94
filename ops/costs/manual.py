"""Figures in docs/deploy.md: written there by the cost model, never by hand."""

import re
from collections.abc import Mapping
from pathlib import Path

from ops.costs.bill import Bill
from ops.costs.show import lines
from ops.paths import ROOT

MANUAL = ROOT / "docs" / "deploy.md"
ORDERS = 1_000_000
_PLACE = re.compile(r"(<!-- fanfare costs --stage (\w+) -->\n```\n)(?:(?!```).*\n)*(```\n)")


def stages(text: str) -> tuple[str, ...]:
    """Return the stages whose bills a text contains, in order."""
    return tuple(found[2] for found in _PLACE.finditer(text))


def written(text: str, bills: Mapping[str, Bill]) -> str:
    """Return a text with its bills replaced by those of the stages."""

    def bill_of(place: re.Match[str]) -> str:
        return place[1] + "".join(f"{line}\n" for line in lines(bills[place[2]])) + place[3]

    return _PLACE.sub(bill_of, text)


def write(bills: Mapping[str, Bill], manual: Path = MANUAL) -> bool:
    """Write the figures into the manual, and return whether any changed."""
    before = manual.read_text(encoding="utf-8")
    after = written(before, bills)
    manual.write_text(after, encoding="utf-8")
    return after != before
