"""Redaction of decoding errors: they repeat well-formed names and nothing else of the input.

Decoding errors end in logs, and bytes that do not decode may hold anything anywhere.
"""

import re

_NAME = re.compile(r"[A-Za-z]{1,40}(/[A-Za-z]{1,40})?(/[0-9]{1,3})?")
_QUOTED_VALUE = re.compile(r"^(Invalid enum value) .*?(?= - at `[^`]*`\Z|\Z)", re.DOTALL)
_HIGHEST = 999
REDACTED = "…"


def name(text: str) -> str:
    """Return a type, source or slot in backticks for an error; `…` if it is not well-formed."""
    return f"`{text if _NAME.fullmatch(text) else REDACTED}`"


def number(version: int) -> str:
    """Return a version for an error; `…` if it is above 999."""
    return str(version) if version <= _HIGHEST else REDACTED


def reason(error: Exception) -> str:
    """Return msgspec's message, fault and place, without the value that it quotes."""
    return _QUOTED_VALUE.sub(r"\1", str(error))
