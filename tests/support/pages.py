"""Code blocks of a documentation page, applied to a copy of the tree."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"(?ms)^```(\w+) ?(\S*)\n(.*?)^```$|^## (.*?)$")
_PATH = re.compile(r"# (\S+/\S+\.\w+)\n")


class Block(NamedTuple):
    """A file, or with `diff` lines to add to one (`+`) and to remove (`-`); `section` is above it.

    Its file is named by its first line, as a comment, or after the language.
    """

    section: str
    file: str
    text: str
    diff: bool

    def apply(self, tree: Path) -> None:
        """Write the file, or change it where its unchanged lines (each there once) are."""
        path = tree / self.file
        if self.diff:
            path.write_text(_changed(path.read_text(), self.text, self.file))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text)

    @property
    def lines(self) -> int:
        """The lines that are written by hand."""
        lines = self.text.splitlines()
        return sum(line.startswith("+") for line in lines) if self.diff else len(lines)


def blocks(page: Path) -> Iterator[Block]:
    """Yield a page's blocks that name a file."""
    section = ""
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        language, file, text, title = match.groups()
        if title:
            section = title
            continue
        named = _PATH.match(text)
        if named:
            file, text = named[1], text[named.end() :]
        if file:
            yield Block(section, file, text, language == "diff")


def by_hand(written: Iterable[Block]) -> dict[str, tuple[int, int]]:
    """Return by section how many files and lines a reader writes."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    lines: Counter[str] = Counter()
    for block in written:
        files[block.section].add(block.file)
        lines[block.section] += block.lines
    return {section: (len(named), lines[section]) for section, named in files.items()}


def _changed(text: str, diff: str, file: str) -> str:
    lines = text.splitlines()
    first: list[str] = []  # lines to add before the first line that is there
    place: int | None = None
    for line in diff.splitlines():
        mark, content = line[:1], line[1:]
        if mark == "+":
            if place is None:
                first.append(content)
            else:
                lines.insert(place, content)
                place += 1
            continue
        assert lines.count(content) == 1, f"{file} does not have this line once: {content!r}"
        place = lines.index(content)
        lines[place:place] = first
        place += len(first)
        first = []
        if mark == "-":
            del lines[place]
        else:
            place += 1
    return "\n".join(lines) + "\n"
