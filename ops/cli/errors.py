"""What went wrong, for people: one sentence that says what to do, and an honest exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; a signal's number is added to 128."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    FOUND = 5
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot do what it was asked to; the message is the sentence, `code` the exit."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        """Take what is to be said and how the command ends."""
        super().__init__(message)
        self.code = code
