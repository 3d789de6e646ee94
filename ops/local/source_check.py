"""Check of changed source files: they are imported in a process of its own.

`python -m ops.local.source_check` reads a `Question` from standard input and writes an `Answer`.
"""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path, PurePosixPath

import msgspec

from ops.cli.source_errors import source_error
from ops.paths import ROOT

AT_START = "functions/runtime/entry.py"
"""Builds the handler when it is imported, which needs the environment of a function."""

_CODE = re.compile(r"<function \S+ at 0x[0-9a-f]+>| at 0x[0-9a-f]+")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The services whose packages have changed, the changed files, and whether to read the map."""

    services: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    map: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Errors, each with file and line: of the packages, and of the map.

    `rows` are the services' rows without their functions, `named` the services in the map.
    """

    error: str | None = None
    map_error: str | None = None
    rows: dict[str, str] = msgspec.field(default_factory=dict)
    named: tuple[str, ...] = ()


def check(question: Question) -> Answer:
    """Return the answer of a new process, which has the files as they are now."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        # Equal rows must have equal texts, and sets have the order of hashes.
        env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        input=msgspec.json.encode(question),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason"]
        return Answer(error=f"The changed files cannot be checked: {reason[-1]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Answer)


def answer(question: Question, root: Path = ROOT) -> Answer:
    """Import what a question names and return what failed."""
    try:
        modules = [file for file in question.files if file.endswith(".py") and file != AT_START]
        there = [file for file in modules if (root / file).exists()]
        for file in there:
            compile((root / file).read_bytes(), str(root / file), "exec")
        rows = {name: _row(name) for name in question.services}
        for file in there:
            import_module(_module(file))
    except Exception as error:  # noqa: BLE001  the source is somebody's work in progress
        return Answer(error=_explain(error, root))
    try:
        named = _named() if question.map else ()
    except Exception as error:  # noqa: BLE001  as above
        return Answer(rows=rows, map_error=_explain(error, root))
    return Answer(rows=rows, named=named)


def _explain(error: Exception, root: Path) -> str:
    return source_error(error, root) or f"{type(error).__name__}: {error}"


def _row(service: str) -> str:
    return _CODE.sub("", repr(import_module(f"functions.{service}.service").SERVICE))


def _named() -> tuple[str, ...]:
    return tuple(service.name for service in import_module("functions.map").SERVICES)


def _module(file: str) -> str:
    path = PurePosixPath(file).with_suffix("")
    return ".".join(path.parent.parts if path.name == "__init__" else path.parts)


if __name__ == "__main__":
    found = answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Question))
    sys.stdout.buffer.write(b"\n" + msgspec.json.encode(found) + b"\n")
