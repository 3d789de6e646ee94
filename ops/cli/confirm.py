"""Confirmation of a change to a stage in an account: --yes, or the typed name of the stage."""

import sys

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options


def confirm(options: Options, effect: str, *, yes: bool) -> None:
    """Return on the local stage, with --yes, or once the name of the stage is typed.

    `effect` is a sentence about the change; it is printed before the question.

    Raises:
        CommandError: the operator did not confirm.
    """
    if options.stage == LOCAL or yes:
        return
    options.err.print(effect)
    if not sys.stdin.isatty():
        raise CommandError(
            f"Stage {options.stage} is not the local one, so this needs your consent: run the"
            " command again with --yes to confirm. Nothing was changed.",
            ExitCode.REFUSED,
        )
    options.err.print(f"Type {options.stage} to continue: ", end="")
    try:
        typed = input()
    except EOFError:
        typed = ""
    if typed.strip() != options.stage:
        raise CommandError(f"That was not {options.stage}. Nothing was changed.", ExitCode.REFUSED)
