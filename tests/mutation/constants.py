"""Mutants of constants at module level and in classes, which mutmut leaves out.

It mutates the bodies of functions. What stands outside them is as much of a rule: limits, patterns,
the slots and sources of a contract, the rows of services.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutation.results import Change

CONSTANT = "__constant_"
"""Part of each mutant's name, before its number."""

TEXTS = {"about", "summary", "description", "detail", "title"}
"""Arguments that are texts for people: `docs/` follows from them, and no code depends on them."""

KEYWORDS = {"forbid_unknown_fields"}
"""The keywords of a class that are a rule; the others are about Python, such as `frozen`."""


EMPTY = {ast.Tuple: "()", ast.List: "[]", ast.Set: "set()", ast.Dict: "{}"}


class Edit(NamedTuple):
    """A replacement of a part of a source (UTF-8), from one byte to another."""

    start: int
    end: int
    text: str


class ConstantMutant(NamedTuple):
    """A mutated constant: its name as of a mutant, its file, the edit of it, and the status."""

    name: str
    path: Path
    at: str
    edit: Edit
    status: str = "not run"
    is_control: bool = False

    @property
    def module(self) -> str:
        """The mutated module."""
        return module_of(self.path)

    def source(self) -> str:
        """Return the mutated source."""
        before = self.path.read_bytes()
        start, end, text = self.edit
        return (before[:start] + text.encode() + before[end:]).decode()

    def change(self) -> Change:
        """Return the change: the lines that it is in, and what is there instead."""
        source, (start, end, text) = self.path.read_bytes(), self.edit
        first = source.rfind(b"\n", 0, start) + 1
        last = source.find(b"\n", end) % (len(source) + 1)
        now = source[first:start] + text.encode() + source[end:last]
        return Change(self.at, _on_one_line(source[first:last]), _on_one_line(now))


def module_of(path: Path) -> str:
    """Return the name of a module of the project."""
    return ".".join(path.with_suffix("").parts)


def mutants(path: Path) -> Iterator[ConstantMutant]:
    """Yield the mutants of a module's constants."""
    source = path.read_bytes()
    for number, (at, edit) in enumerate(_Constants(source).edits(), start=1):
        where = ".".join(filter(None, (module_of(path), at)))
        yield ConstantMutant(f"{where}{CONSTANT}{number}", path, where, edit)


class _Constants:
    """Finds the constants of a source: numbers, texts, booleans, and elements of collections."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines = [0, *(found.end() for found in re.finditer(b"\n", source))]

    def edits(self) -> Iterator[tuple[str, Edit]]:
        """Yield each edit, with the name of what it is in."""
        for statement in ast.parse(self._source).body:
            for edit in self._of_statement(statement):
                yield _name(statement), edit

    def _of_statement(self, statement: ast.stmt) -> Iterator[Edit]:
        if isinstance(statement, ast.ClassDef):
            for keyword in statement.keywords:
                if keyword.arg in KEYWORDS:
                    yield from self._of(keyword.value)
            for each in statement.body:
                yield from self._of_statement(each)
        for value in _values(statement):
            yield from self._of(value)
        match statement:
            case ast.Assign(value=ast.Constant(value=int() as number) as node):
                if number > 0 and not isinstance(number, bool):
                    yield self._replaced(node, str(number - 1))

    def _of(self, node: ast.expr) -> Iterator[Edit]:
        match node:
            case ast.Constant() | ast.JoinedStr():
                yield from self._of_constant(node)
            case ast.BinOp() if _is_number(node):
                yield self._replaced(node, f"{self._text(node)} + 1")
            case ast.Tuple() | ast.Set() | ast.List() | ast.Dict():
                yield from self._of_collection(node)
            case _:
                for part in _parts(node):
                    yield from self._of(part)

    def _of_constant(self, node: ast.Constant | ast.JoinedStr) -> Iterator[Edit]:
        match node:
            case ast.JoinedStr():
                yield self._replaced(node, f'"XX" + {self._text(node)}')
            case ast.Constant(value=bool() as value):
                yield self._replaced(node, str(not value))
            case ast.Constant(value=int() as value):
                yield self._replaced(node, str(value + 1))
            case ast.Constant(value=float() as value):
                yield self._replaced(node, str(value / 2))
            case ast.Constant(value=str() as value):
                yield self._replaced(node, repr(f"XX{value}XX"))

    def _of_collection(self, node: ast.Tuple | ast.Set | ast.List | ast.Dict) -> Iterator[Edit]:
        if isinstance(node, ast.Dict):
            firsts = [key or value for key, value in zip(node.keys, node.values, strict=True)]
            yield from self._without_each(node, list(zip(firsts, node.values, strict=True)))
            yield from self._of_parts([*filter(None, node.keys)])
            for value in node.values:
                yield from self._of(value)
        else:
            yield from self._without_each(node, [(part, part) for part in node.elts])
            yield from self._of_parts(node.elts)

    def _of_parts(self, parts: Sequence[ast.expr]) -> Iterator[Edit]:
        """Yield the edits within elements; a text is as good as removed."""
        for part in parts:
            if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
                yield from self._of(part)

    def _without_each(
        self, node: ast.expr, parts: Sequence[tuple[ast.expr, ast.expr]]
    ) -> Iterator[Edit]:
        """Yield the removal of each part of a collection, from its first node to its last."""
        if len(parts) == 1:
            yield self._replaced(node, EMPTY[type(node)])
            return
        for number, (first, last) in enumerate(parts):
            if number + 1 < len(parts):
                yield Edit(self._start(first), self._start(parts[number + 1][0]), "")
            else:
                yield Edit(self._end(parts[number - 1][1]), self._end(last), "")

    def _replaced(self, node: ast.expr, text: str) -> Edit:
        return Edit(self._start(node), self._end(node), text)

    def _text(self, node: ast.expr) -> str:
        return self._source[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.expr) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        return self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)


def _values(statement: ast.stmt) -> list[ast.expr]:
    """Return the expressions of a statement that defines something, or calls."""
    match statement:
        case ast.AnnAssign(annotation=annotation, value=value):
            return [annotation, *([value] if value else [])]
        case ast.Assign(value=value) | ast.TypeAlias(value=value):
            return [value]
        case ast.Expr(value=ast.Call() as value):  # no docstring
            return [value]
    return []


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the expressions in another one; a lambda has none, since it is a function."""
    match node:
        case ast.Lambda():
            return []
        case ast.Subscript(value=value, slice=ast.Tuple(elts=parts)):  # a type's parameters
            return [value, *(part for part in parts if not isinstance(part, ast.List))]
        case ast.Call(func=func, args=args, keywords=keywords):
            return [func, *args, *(each.value for each in keywords if each.arg not in TEXTS)]
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _name(statement: ast.stmt) -> str:
    """Return the name that a statement defines; empty if it defines none."""
    match statement:
        case ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.TypeAlias(name=ast.Name(id=name)):
            return name
    return ""


def _is_number(node: ast.AST) -> bool:
    """Return whether an expression has only numbers in it, such as `15 * 60`."""
    match node:
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
        case ast.Constant(value=value):
            return isinstance(value, int | float) and not isinstance(value, bool)
    return False


def _on_one_line(source: bytes) -> str:
    return " ".join(source.decode().split())
