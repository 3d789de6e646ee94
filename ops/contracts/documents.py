"""The documents that are made of the contracts and the map, as text; nothing is written here."""

import json
from collections.abc import Iterator
from pathlib import Path

from ops.contracts.asyncapi import asyncapi
from ops.contracts.kept import EVENTS
from ops.contracts.openapi import openapi

DOCS = EVENTS.with_name("docs")


def documents() -> Iterator[tuple[Path, str]]:
    """Yield the path of each document, and the text that belongs there."""
    for name, document in (("asyncapi", asyncapi()), ("openapi", openapi())):
        yield DOCS / f"{name}.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n"
