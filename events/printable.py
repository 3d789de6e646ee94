"""Typed text made safe to show: in a mail, on a terminal, in a log line.

Use it wherever a name, an address or another text that somebody typed is shown. The log keeps the
text as it was typed.
"""

JOINERS = "\u200c\u200d"
"""Invisible characters that Persian, Indic scripts and emoji need; they move nothing."""


def printable(text: str) -> str:
    """Return a text on one line, without characters that change what is around them.

    White space of any kind becomes one space. Control characters, bidirectional overrides, marks
    and isolates, zero-width characters, tags, surrogates and characters that Unicode does not
    assign are left out. So a name can neither end a line or header, nor send an escape sequence to
    a terminal, nor reverse the text after it.
    https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
    """
    words = text.split()
    if all(map(str.isprintable, words)):
        return " ".join(words)
    kept = ("".join(filter(_is_kept, word)) for word in words)
    return " ".join(filter(None, kept))


def _is_kept(character: str) -> bool:
    return character.isprintable() or character in JOINERS
