"""What an error may repeat of an event that is none: names such as ours, and nothing else of it.

Errors of decoding end in logs, and who sends what does not decode may have put anything anywhere.
"""

import re

_NAME = re.compile(r"[A-Za-z]{1,40}(/[A-Za-z]{1,40})?(/[0-9]{1,3})?")
_LIBRARYS_QUOTE = re.compile(r"^(Invalid enum value) .*?(?= - at `[^`]*`\Z|\Z)", re.DOTALL)
_HIGHEST = 999
UNSAID = "…"


def name(text: str) -> str:
    """Return a type, source or slot to be read in an error, if it looks like one."""
    return f"`{text if _NAME.fullmatch(text) else UNSAID}`"


def number(version: int) -> str:
    """Return a version to be read in an error, if it is as small as they are."""
    return str(version) if version <= _HIGHEST else UNSAID


def reason(error: Exception) -> str:
    """Return what msgspec says is wrong and where, without the value that is."""
    return _LIBRARYS_QUOTE.sub(r"\1", str(error))
