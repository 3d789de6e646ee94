"""The command line: options of all commands, and how a command ends.

Imports wait until a command runs, so that help is there at once.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import zip_longest
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ops import commands
from ops.cli.app import SECONDS, Flag, app, format_error
from ops.cli.errors import ExitCode
from ops.paths import STATE

if TYPE_CHECKING:
    from ops.cli.options import Options

DEBUG = "FANFARE_DEBUG"
ERROR_LOG = STATE / "error.log"

DEFAULT_WAIT = 30
"""Seconds that `--wait` waits if it is not told how many."""

WAITING = ("order", "replay")
"""Commands whose `--wait` need not be told; each takes one word that is no option's."""

for module in iter_modules(commands.__path__):
    import_module(f"{commands.__name__}.{module.name}")


def _name(_: object, stage: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", stage):
        raise ValueError(f"{stage!r} names no stage: local, or one such as dev.")


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    stage: Annotated[
        str, Parameter(env_var="FANFARE_STAGE", metavar="STAGE", validator=_name)
    ] = "local",
    profile: Annotated[str | None, Parameter(metavar="NAME")] = None,
    region: Annotated[str | None, Parameter(metavar="NAME")] = None,
    json: Flag = False,
    color: Literal["auto", "always", "never"] = "auto",
) -> int:
    """Hand the options of all commands to the one that is meant.

    Args:
        tokens: The command and its own arguments.
        stage: The one that runs here, where nothing can break, or one in your AWS account.
        profile: The AWS profile; not for the local stage.
        region: The AWS region; not for the local stage.
        json: Print data as JSON, one value a line.
        color: Whether to use colour; auto means on a terminal.
    """
    command, bound, ignored = app.parse_args(list(_plain(tokens)))
    if not ignored:
        command(*bound.args, **bound.kwargs)
        return ExitCode.DONE
    from ops.cli.options import Options

    options = Options(stage=stage, profile=profile, region=region, json=json, color=color)
    return run_command(lambda: command(*bound.args, **bound.kwargs, options=options), options)


def run_command(command: Callable[[], int], options: "Options") -> int:
    """Run a command and return its exit code; print what went wrong on standard error."""
    from ops.stage.aws_errors import explain

    try:
        return command()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        trouble = explain(error, options.stage)
        if trouble is not None:
            options.err.print(f"fanfare: {trouble}")
            return trouble.code
        if os.environ.get(DEBUG):
            raise
        import traceback

        ERROR_LOG.parent.mkdir(exist_ok=True)
        ERROR_LOG.write_text(traceback.format_exc())
        options.err.print(
            f"fanfare: unexpected {type(error).__name__}: {error}. This is a mistake of ours: the"
            f" traceback is in {ERROR_LOG}; {DEBUG}=1 shows it."
        )
        return ExitCode.FAILED


def main(tokens: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    given = sys.argv[1:] if tokens is None else tokens
    return (
        app.meta(given, result_action="return_value", error_formatter=format_error) or ExitCode.DONE
    )


def _plain(tokens: Sequence[str]) -> Iterator[str]:
    """Spell out two habits: a bare `--wait`, which may stand before the order's id, and `-`."""
    for word, follower in zip_longest(tokens, tokens[1:], fillvalue=""):
        if word == "--wait" and tokens[0] in WAITING and not _is_value(follower, tokens):
            yield f"{word}={DEFAULT_WAIT}"
        elif word == "-":
            yield from ("--", word)
        else:
            yield word


def _is_value(follower: str, tokens: Sequence[str]) -> bool:
    """Tell whether what follows `--wait` is meant for it, be it right or wrong."""
    if tokens[1].startswith("-"):
        return bool(SECONDS.fullmatch(follower))
    return follower != "" and not follower.startswith("-")
