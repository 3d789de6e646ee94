"""Draft: the files of a scaffold, which are written all or not at all."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ops.cli.errors import CommandError, ExitCode
from ops.scaffold.checkout import Checkout


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Texts of new files and of changed ones, by path."""

    new: dict[str, str]
    changed: dict[str, str]

    def lines(self, tree: Checkout) -> dict[str, int]:
        """Return the number of lines that each file gets, by path."""
        before = {path: tree.read(path) for path in self.changed}
        texts = {path: text.count("\n") for path, text in (self.new | self.changed).items()}
        return {path: count - before.get(path, "").count("\n") for path, count in texts.items()}

    def write(self, tree: Checkout) -> None:
        """Write all files; after an error or an interruption everything is as before.

        Raises:
            CommandError: a file exists already, or cannot be written.
        """
        for path in self.new:
            if tree.exists(path):
                raise CommandError(
                    f"{path} exists already: move it away. Nothing was written.", ExitCode.REFUSED
                )
        with ExitStack() as undo:
            try:
                for path, text in self.new.items():
                    _make_folder((tree.root / path).parent, undo)
                    undo.callback((tree.root / path).unlink, missing_ok=True)
                    (tree.root / path).write_text(text, encoding="utf-8")
                for path, text in self.changed.items():
                    undo.callback((tree.root / path).write_text, tree.read(path), encoding="utf-8")
                    (tree.root / path).write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(
                    f"Cannot write {error.filename or tree.root}: {error.strerror}."
                    " Nothing was written."
                ) from error
            undo.pop_all()


def _make_folder(folder: Path, undo: ExitStack) -> None:
    """Make a folder and those above it."""
    if not folder.exists():
        _make_folder(folder.parent, undo)
        folder.mkdir()
        undo.callback(folder.rmdir)
