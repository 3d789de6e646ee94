"""Typed text, made safe to show."""

import sys
from unicodedata import category

import pytest

from events.printable import printable

DISTURBING = [
    ("a line's end", "Robin\r\nBcc: all@example.com", "Robin Bcc: all@example.com"),
    ("Unicode's line ends", "a\u2028b\u2029c\x85d\x0be", "a b c d e"),
    ("an escape sequence", "\x1b[31mRobin\x1b[0m", "[31mRobin[0m"),
    ("a C1 control", "Robin\x9b31m", "Robin31m"),
    ("a right-to-left override", "Robin\u202etxt.exe", "Robintxt.exe"),
    ("embeddings and isolates", "\u202a\u202b\u202d\u2066\u2067\u2068a\u202c\u2069", "a"),
    ("directional marks", "\u200ea\u200fb\u061cc", "abc"),
    ("zero-width characters", "Ro\u200bb\u2060i\ufeffn\u00ad", "Robin"),
    ("tags", "Robin\U000e0041\U000e007f", "Robin"),
    ("a surrogate", "Ro\ud800bin", "Robin"),
    ("nothing visible", " \u200b \u202e\t\u3000 ", ""),
    ("wide blanks", "Robin\u3000\u00a0Example", "Robin Example"),
]


@pytest.mark.parametrize(
    ("text", "shown"), [row[1:] for row in DISTURBING], ids=[row[0] for row in DISTURBING]
)
def test_what_disturbs_is_left_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Robin Example",
        "Zoë Müller-Łukasz",
        "李小龍",
        "דוד לוי",
        "محمد",
        "\u0645\u06cc\u200c\u062e\u0648",  # Persian, with its joiner
        "👩\u200d🚒",
    ],
)
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert printable(name) == name


def test_no_control_format_or_separator_character_is_kept() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = printable(everything)

    assert {category(each) for each in shown} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} == set()
    assert {each for each in shown if category(each) == "Cf"} == {"\u200c", "\u200d"}
    assert {each for each in shown if each.isspace()} == {" "}
