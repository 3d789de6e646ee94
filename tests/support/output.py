"""Captured output of functions and commands, which must be UTF-8 as on Lambda."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


class Output(io.TextIOWrapper):
    """Output to stdout and stderr.

    A logger keeps the stdout of its creation: create it during `capture`.
    """

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="strict", write_through=True)

    @contextmanager
    def capture(self) -> Iterator[None]:
        """Capture the output meanwhile."""
        with redirect_stdout(self), redirect_stderr(self):
            yield

    def take(self) -> str:
        """Return the output since the last call."""
        self.seek(0)
        text = self.read()
        self.seek(0)
        self.truncate()
        return text
