"""Texts of the generated documents; this module writes no file."""

import json
from collections.abc import Iterator
from pathlib import Path

from ops.contracts.asyncapi import asyncapi
from ops.contracts.openapi import openapi
from ops.contracts.store import EVENTS

DOCS = EVENTS.with_name("docs")


def documents() -> Iterator[tuple[Path, str]]:
    """Yield the path and the text of each document."""
    for name, document in (("asyncapi", asyncapi()), ("openapi", openapi())):
        yield DOCS / f"{name}.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n"
