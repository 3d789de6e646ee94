"""Commands that need a checkout of Fanfare, and not only its wheel."""

from ops import paths
from ops.cli.errors import CommandError, ExitCode


def must_be_checkout(what: str) -> None:
    """Check that Fanfare runs from a checkout; `what` is the subject of the error.

    Raises:
        CommandError: it is installed from a wheel.
    """
    if not paths.IN_CHECKOUT:
        raise CommandError(
            f"{what} needs a checkout of Fanfare, and this is its wheel: run the command in the"
            " checkout.",
            ExitCode.REFUSED,
        )
