"""Insertions into existing modules: an import, a row of a tuple, a class.

Places are found in the syntax tree; ruff sorts and wraps the result.
"""

import ast

from ops.cli.errors import CommandError
from ops.scaffold.checkout import parse


def add_import(path: str, text: str, line: str) -> str:
    """Return a module's text with an import after its last one."""
    imports = [node for node in parse(path, text).body if _is_import(node)]
    if not imports:
        raise _misplaced(path, "imports")
    return _after_line(text, imports[-1].end_lineno or 0, line)


def add_row(path: str, text: str, assigned: str, row: str, *, like: str = "") -> str:
    """Return a module's text with a further row in the tuple of an assignment.

    It goes to the end of the tuple, or after the last row that begins with `like`.
    """
    rows = _tuple_of(path, text, assigned).elts
    alike = [each for each in rows if like and ast.unparse(each).startswith(like)]
    last = (alike or rows)[-1]
    lines = text.splitlines(keepends=True)
    number = (last.end_lineno or 0) - 1
    line = lines[number]
    encoded = line.encode()  # columns are counted in bytes of UTF-8
    before, rest = encoded[: last.end_col_offset].decode(), encoded[last.end_col_offset :].decode()
    if rest.startswith(",") and "#" in rest:
        return _after_line(text, number + 1, f"{row},")
    lines[number] = f"{before}, {row}{rest}" if rest.startswith(",") else f"{before}, {row},{rest}"
    return "".join(lines)


def _tuple_of(path: str, text: str, assigned: str) -> ast.Tuple:
    """Return the first tuple in the value of an assignment at the top of a module."""
    for node in parse(path, text).body:
        if isinstance(node, ast.AnnAssign) and node.value and ast.unparse(node.target) == assigned:
            for each in ast.walk(node.value):
                if isinstance(each, ast.Tuple) and each.elts:
                    return each
    raise _misplaced(path, f"a tuple {assigned} with rows")


def _after_line(text: str, number: int, line: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:number], f"{line}\n", *lines[number:]])


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _misplaced(path: str, what: str) -> CommandError:
    return CommandError(
        f"{path} lacks {what}, so there is no place for the new line: restore that part of the"
        " file. Nothing was written."
    )
