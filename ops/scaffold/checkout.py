"""The checkout that is written to: which names its files have.

Its files are parsed and not imported, so that a broken consumer is no obstacle to another one.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.cli.errors import CommandError, ExitCode

MAP = "functions/map.py"
CODEC = "events/codec.py"
CONTRACTS = "events/contracts"
SCHEMAS = "events/schemas"
SAMPLES = "events/samples"
TESTS = "tests/functions"
PROJECT = "pyproject.toml"

NEEDED = (MAP, CODEC, SAMPLES, TESTS, PROJECT)


@dataclass(frozen=True)
class Checkout:
    """The folder of a checkout."""

    root: Path

    def check(self) -> None:
        """Check that the folder is a checkout.

        Raises:
            CommandError: it lacks files that only a checkout has.
        """
        missing = [path for path in NEEDED if not self.exists(path)]
        if missing:
            raise CommandError(
                f"`fanfare new` writes into a checkout of Fanfare, and {self.root} is none: it has"
                f" no {missing[0]}. Clone the repository and run its own .venv/bin/fanfare. For a"
                " consumer in a repository of its own, see docs/elsewhere.md.",
                ExitCode.REFUSED,
            )

    def exists(self, path: str) -> bool:
        """Return whether it has a file or folder."""
        return (self.root / path).exists()

    def read(self, path: str) -> str:
        """Return the text of a file."""
        return (self.root / path).read_text(encoding="utf-8")

    def parse(self, path: str) -> ast.Module:
        """Return the syntax tree of a module.

        Raises:
            CommandError: the file is not valid Python.
        """
        return parse(path, self.read(path))

    def names_in(self, path: str) -> set[str]:
        """Return the names that a module defines or imports at its top."""
        return set(_top_names(self.parse(path)))

    def contract_modules(self) -> dict[str, ast.Module]:
        """Return the modules of contracts by path."""
        folder = self.root / CONTRACTS
        paths = sorted(f"{CONTRACTS}/{each.name}" for each in folder.glob("*.py"))
        return {path: self.parse(path) for path in paths}


def parse(path: str, text: str) -> ast.Module:
    """Return the syntax tree of a module's text.

    Raises:
        CommandError: the text is not valid Python.
    """
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise CommandError(
            f"{path} is not valid Python (line {error.lineno}: {error.msg}): repair it first."
            " Nothing was written."
        ) from error


def _top_names(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (each.asname or each.name for each in names)
            case ast.Assign(targets=targets):
                yield from (each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
