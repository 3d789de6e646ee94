"""Consent to what changes a stage that others rely on: said beforehand, or typed."""

import sys

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options


def confirm(options: Options, what: str, *, yes: bool) -> None:
    """Go on if the stage is the local one, with --yes, or once its name was typed.

    `what` says what would be done, and ends in a full stop.

    Raises:
        CommandError: nobody consented.
    """
    if options.stage == LOCAL or yes:
        return
    options.err.print(what)
    if not sys.stdin.isatty():
        raise CommandError(
            f"Stage {options.stage} is not the local one, so this needs your consent: say it again"
            " with --yes if you mean it. Nothing was changed.",
            ExitCode.REFUSED,
        )
    options.err.print(f"Type {options.stage} to go on: ", end="")
    try:
        typed = input()
    except EOFError:
        typed = ""
    if typed.strip() != options.stage:
        raise CommandError(f"That was not {options.stage}. Nothing was changed.", ExitCode.REFUSED)
