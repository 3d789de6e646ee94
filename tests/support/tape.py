"""All that functions and commands write in a test, where as in Lambda only UTF-8 can be written."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


class Tape(io.TextIOWrapper):
    """Holds what was written to stdout and stderr while it was listening.

    A logger writes to the stdout of when it was made: make it while the tape listens.
    """

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="strict", write_through=True)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Record what is written meanwhile."""
        with redirect_stdout(self), redirect_stderr(self):
            yield

    def take(self) -> str:
        """Return what was said, and forget it."""
        self.seek(0)
        said = self.read()
        self.seek(0)
        self.truncate()
        return said
