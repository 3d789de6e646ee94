"""Malformed values: odd, broken and oversized JSON and bytes.

Texts often contain `MARK`, so that tests find a payload that appears in a log or an error.
"""

import base64
import json
from typing import Any

from hypothesis import strategies as st

from functions.framework.http import MAX_BODY

MARK_START = "Mark7of"
MARK = f"{MARK_START}/a person's"
"""It is no well-formed name; `MARK_START` finds it in any encoding."""

ODD = (
    "",
    "\x00",
    "\ud800",
    "\udfff\ud800",
    "\uffff",
    "\ufffe",
    "\u202e",
    "\x1b[2J",
    "\r\nset-cookie: a=b",
    "../../../etc/passwd",
    "${jndi:ldap://localhost/a}",
    "' OR 1=1 --",
    "<script>",
    "__proto__",
    "constructor",
    "__class__",
    "NaN",
    "-0",
    "1e999",
    "١٢",
    "\uff21\uff22",  # full-width letters
    "K",  # which is k in lower case
    "%00",
    "null",
)

any_text = st.text(st.characters(), max_size=12)
"""Lone surrogates and NUL included."""

texts = st.one_of(
    st.sampled_from(ODD),
    any_text.map(lambda text: MARK + text),
    any_text,
    st.integers(1, 400).map(lambda times: MARK * times),
)
names = st.one_of(st.sampled_from(ODD), any_text, st.just(MARK))
numbers = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**40, 10**400]),
    st.floats(),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=8,
)


@st.composite
def edited(draw: st.DrawFn, document: Any, *, edits: int = 2) -> str:
    """A JSON document with some members replaced, removed, repeated or added.

    It is JSON, except for Python's `NaN` and `Infinity`.
    """
    whole = json.loads(json.dumps(document)) or {"": {}}
    twice: list[str] = []
    for _ in range(draw(st.integers(1, edits))):
        holder = _somewhere(draw, whole)
        key: Any = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else [0]))
        match draw(st.sampled_from(["replace", "replace", "drop", "add", "twice", "many"])):
            case "drop":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[draw(names)] = draw(json_values)
            case "many" if isinstance(holder, list):
                holder *= draw(st.sampled_from([0, 51, 200]))
            case "twice" if isinstance(holder, dict):
                twice.append(f"{_dumps(draw, key)}:{_dumps(draw, draw(json_values))}")
            case _:
                holder[key] = draw(json_values)
        if not whole:
            break
    text = _dumps(draw, whole)
    for member in twice:
        text = f"{text[:-1]},{member}}}" if draw(st.booleans()) else f"{{{member},{text[1:]}"
    return text


def _somewhere(draw: st.DrawFn, whole: Any) -> Any:
    """Return a non-empty object or array of a document."""
    found = [whole]
    for holder in found:
        inner = holder.values() if isinstance(holder, dict) else holder
        found += [each for each in inner if isinstance(each, dict | list) and each]
    return draw(st.sampled_from(found))


def _dumps(draw: st.DrawFn, value: Any) -> str:
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def broken(draw: st.DrawFn, text: str) -> bytes:
    """The bytes of a text with a part cut, doubled or overwritten."""
    raw = text.encode("utf-8", "surrogatepass")
    begin, end = sorted(draw(st.tuples(*[st.integers(0, len(raw))] * 2)))
    put = draw(st.one_of(st.binary(max_size=8), st.just(raw[begin:end] * 2), st.just(b"")))
    return raw[:begin] + put + raw[end:]


def _towers(most: int) -> list[str]:
    return [
        "[" * most,
        "[" * (most // 2) + "]" * (most // 2),
        '{"a":' * (most // 5),
        '{"lines":' + "[" * (most // 2) + "]" * (most // 2) + "}",
        '"' + "x" * most + '"',
        '{"lines":[{"sku":"A","quantity":' + "9" * most + "}]}",
        '{"' + "k" * most + '":1}',
        " " * most,
        "1" * most,
        "-" * most,
    ]


_sizes = st.sampled_from([10, 300, 5_000, MAX_BODY - 20, MAX_BODY + 1])
towers = _sizes.flatmap(lambda most: st.sampled_from(_towers(most)))
"""JSON of excessive depth, length or size."""


def encoded(raw: bytes) -> dict[str, Any]:
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
