"""Insertions: lines find their place however the tuple is written."""

import pytest

from ops.cli.errors import CommandError
from ops.scaffold.insert import add_import, add_row

IMPORTS = "import json\n\nfrom a import (\n    b,\n    c,\n)\n\nROWS: tuple[int, ...] = (b,)\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("(a, b)", "(a, b, new,)"),
        ("(a,)", "(a, new,)"),
        ("(\n    a,\n    b,\n)", "(\n    a,\n    b, new,\n)"),
        ("(\n    a,\n    b\n)", "(\n    a,\n    b, new,\n)"),
        ("(\n    a,  # why a\n)", "(\n    a,  # why a\nnew,\n)"),
        ('("é", b)', '("é", b, new,)'),
        ("(\n    a(\n        1,\n    ),\n)", "(\n    a(\n        1,\n    ), new,\n)"),
    ],
)
def test_a_row_is_the_last_of_the_tuple(rows: str, expected: str) -> None:
    text = "OTHER: tuple[int, ...] = (z,)\nROWS: tuple[int, ...] = {}\nAFTER = 1\n"

    assert add_row("x.py", text.format(rows), "ROWS", "new") == text.format(expected)


def test_a_row_follows_those_that_it_is_like() -> None:
    text = "ROWS: tuple[int, ...] = (\n    p.a,\n    q.b,\n    q.c,\n    r.d,\n)\n"

    added = add_row("x.py", text, "ROWS", "q.new", like="q.")

    assert [line.strip() for line in added.splitlines()[1:-1]] == [
        "p.a,",
        "q.b,",
        "q.c, q.new,",
        "r.d,",
    ]


def test_a_row_finds_the_tuple_in_a_comprehension() -> None:
    text = "ROWS: dict[str, int] = {each: 1 for each in (a, b)}\n"

    assert "(a, b, new,)}" in add_row("x.py", text, "ROWS", "new")


def test_an_import_follows_the_last_one() -> None:
    lines = add_import("x.py", IMPORTS, "from d import e").splitlines()

    assert lines[5:7] == [")", "from d import e"]


@pytest.mark.parametrize("text", ["", "ROWS = [1]\n", "ROWS: tuple[int, ...] = ()\n"])
def test_a_module_without_a_place_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match=r"x\.py lacks a tuple ROWS with rows"):
        add_row("x.py", text, "ROWS", "new")
    with pytest.raises(CommandError, match=r"x\.py lacks imports"):
        add_import("x.py", text, "import a")
