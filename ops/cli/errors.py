"""Errors of commands: a sentence with a remedy, and an exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit code of a command; for a signal, 128 plus its number."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    FOUND = 5
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot do its work; the message is printed, `code` is the exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code
