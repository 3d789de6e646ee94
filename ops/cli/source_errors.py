"""Errors in the system's own source: the file and the line that cannot be imported."""

import traceback
from pathlib import Path

from ops.paths import ROOT

FOLDERS = ("events", "functions")


def source_error(error: BaseException, root: Path = ROOT) -> str | None:
    """Return file, line and reason of an error while a module of `FOLDERS` was imported.

    The line is the module's own, also if the error was raised by a class that it uses. The result
    is None for any other error.
    """
    if isinstance(error, SyntaxError) and (where := _ours(error.filename, root)):
        return f"{where}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.name == "<module>" and (where := _ours(frame.filename, root)):
            return f"{where}, line {frame.lineno}: {type(error).__name__}: {error}"
    return None


def _ours(file: str | None, root: Path) -> str | None:
    folders = (root / folder for folder in FOLDERS)
    if file is None or not any(map(Path(file).is_relative_to, folders)):
        return None
    return Path(file).relative_to(root).as_posix()
