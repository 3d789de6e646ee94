"""Texts of the generated documents; this module writes no file."""

import json
from collections.abc import Iterator
from pathlib import Path

from ops.contracts import manual
from ops.contracts.asyncapi import asyncapi
from ops.contracts.openapi import openapi
from ops.contracts.store import EVENTS

DOCS = EVENTS.with_name("docs")


def documents(templates: manual.Templates) -> Iterator[tuple[Path, str]]:
    """Yield the path and the text of each document; `templates` returns those of a stage.

    Raises:
        CommandError: the templates cannot be synthesized.
    """
    for name, document in (("asyncapi", asyncapi()), ("openapi", openapi())):
        yield DOCS / f"{name}.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    page = DOCS / manual.MANUAL.name
    yield page, manual.written(page.read_text(encoding="utf-8"), templates)
