"""`fanfare run --watch`: a changed source file puts new code into the functions that have it."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from functions.runtime.operating.package import SHARED, holds
from ops.cli.options import LOCAL
from ops.local.source_check import Answer, Question, check
from ops.local.sources import Sources
from ops.local.update_code import update
from ops.paths import ROOT
from ops.stage.aws_errors import explain
from ops.stage.connection import Connection

MAP = "functions/map.py"
NAMED = 3
"""The most functions that a note names."""


class Notes(Protocol):
    """Shows notes between events, those about errors in red."""

    def note(self, text: str, style: str = ...) -> None:
        """Show a note."""
        ...


class LiveCode:
    """Watches source files and updates the functions of a local cloud.

    `sources` must have been read before the stacks were synthesized.
    """

    def __init__(
        self,
        connection: Connection,
        sources: Sources,
        notes: Notes,
        *,
        root: Path = ROOT,
        check: Callable[[Question], Answer] = check,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._sources = sources
        self._notes = notes
        self._root = root
        self._check = check
        self._clock = clock
        self._pending: frozenset[str] = frozenset()
        self._hinted: set[str] = set()
        self._rows = check(Question(services=self._services())).rows

    def poll(self) -> None:
        """Put changed code live, if it can be imported, and show a note about it."""
        changed = self._sources.changed()
        if not changed:
            return
        try:
            self._react(changed)
        except Exception as error:
            explained = explain(error, LOCAL)
            if explained is None:
                raise
            self._notes.note(f"The code could not be updated. {explained}", "red")

    def _react(self, changed: frozenset[str]) -> None:
        # What could not be imported is tried again with the next change.
        self._pending |= changed
        deployed = self._services()
        affected = tuple(name for name in deployed if self._holds(name))
        files = tuple(sorted(path for path in self._pending if _held(path, affected)))
        folders = {_folder(path) for path in changed} - {None, *deployed}
        answer = self._check(
            Question(services=affected, files=files, map=MAP in changed or bool(folders))
        )
        if answer.error:
            self._notes.note(f"Nothing is put live: {answer.error}", "red")
            return
        if affected:
            update(self._connection, affected, self._root)
            self._notes.note(self._live(affected, changed))
        self._pending = frozenset()
        self._hint(answer, deployed, folders)

    def _live(self, services: tuple[str, ...], changed: frozenset[str]) -> str:
        several = len(services) > 1
        what = ", ".join(services) if len(services) <= NAMED else f"{len(services)} functions"
        seconds = max(0, self._clock() - self._sources.saved(changed))
        return f"{what} {'have' if several else 'has'} new code, {seconds:.1f} s after the save"

    def _hint(self, answer: Answer, deployed: tuple[str, ...], folders: set[str | None]) -> None:
        for name, row in answer.rows.items():
            if self._rows.setdefault(name, row) != row:
                self._notes.note(f"{name}'s row has changed: `fanfare deploy {name}` applies it")
        self._rows |= answer.rows
        if answer.map_error:
            self._notes.note(f"{MAP} cannot be imported: {answer.map_error}", "red")
            return
        self._hinted.difference_update(deployed)
        for name in sorted({*answer.named, *filter(None, folders)} - {*deployed, *self._hinted}):
            if name in answer.named:
                self._hinted.add(name)
                self._notes.note(f"`fanfare deploy {name}` deploys the new row")
            else:
                self._notes.note(f"{name} has no row in {MAP} yet")

    def _services(self) -> tuple[str, ...]:
        """Return the services on the stage whose code is in this project."""
        found = self._connection.log_groups()
        return tuple(name for name in found if (self._root / "functions" / name).is_dir())

    def _holds(self, service: str) -> bool:
        return any(holds(service, path) for path in self._pending)


def _held(path: str, services: Iterable[str]) -> bool:
    return any(holds(service, path) for service in services)


def _folder(path: str) -> str | None:
    """Return the service whose folder has a path; None for shared folders and other files."""
    parts = path.split("/")
    own = parts[0] == "functions" and len(parts) > 2 and "/".join(parts[:2]) not in SHARED
    return parts[1] if own else None
