"""Command line: options of all commands, and exit codes.

Imports wait until a command runs, so that help appears at once.
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
from ops.cli.terminal import discard_output, use_plain_characters
from ops.paths import STATE

if TYPE_CHECKING:
    from ops.cli.options import Options

DEBUG = "FANFARE_DEBUG"
ERROR_LOG = STATE / "error.log"

DEFAULT_WAIT = 30
"""Seconds of a `--wait` without a number."""

WAITING = ("order", "replay")
"""Commands with an optional number after `--wait`; each has one positional argument."""

for module in iter_modules(commands.__path__):
    import_module(f"{commands.__name__}.{module.name}")


def _validate_stage(_: object, stage: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", stage):
        raise ValueError(f"{stage!r} is not a stage name: use local, or a name such as dev.")


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    stage: Annotated[
        str, Parameter(env_var="FANFARE_STAGE", metavar="STAGE", validator=_validate_stage)
    ] = "local",
    profile: Annotated[str | None, Parameter(metavar="NAME")] = None,
    region: Annotated[str | None, Parameter(metavar="NAME")] = None,
    json: Flag = False,
    color: Literal["auto", "always", "never"] = "auto",
) -> int:
    """Pass the options of all commands to the named command.

    Args:
        tokens: The command and its own arguments.
        stage: `local` on this machine, where nothing can break, or a stage in your AWS account.
        profile: The AWS profile; not for the local stage.
        region: The AWS region; not for the local stage.
        json: Print data as JSON, one value a line.
        color: Whether to use colour; auto means on a terminal.
    """
    command, bound, ignored = app.parse_args(list(_normalized(tokens)))
    if not ignored:
        command(*bound.args, **bound.kwargs)
        return ExitCode.DONE
    from ops.cli.options import Options

    options = Options(stage=stage, profile=profile, region=region, json=json, color=color)
    return run_command(lambda: command(*bound.args, **bound.kwargs, options=options), options)


def run_command(command: Callable[[], int], options: "Options") -> int:
    """Run a command and return its exit code; print errors to standard error."""
    from ops.cli.source_errors import source_error
    from ops.stage.aws_errors import explain

    try:
        return command()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return ExitCode.DONE
    except Exception as error:
        explained = explain(error, options.stage)
        if explained is not None:
            options.err.print(f"fanfare: {explained}")
            return explained.code
        broken = source_error(error)
        if broken is not None:
            options.err.print(f"fanfare: {broken}")
            return ExitCode.FAILED
        if os.environ.get(DEBUG):
            raise
        import traceback

        ERROR_LOG.parent.mkdir(exist_ok=True)
        ERROR_LOG.write_text(traceback.format_exc())
        options.err.print(
            f"fanfare: unexpected {type(error).__name__}: {error}. This is a bug in fanfare:"
            f" the traceback is in {ERROR_LOG}; {DEBUG}=1 shows it."
        )
        return ExitCode.FAILED


def main(tokens: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    use_plain_characters()
    arguments = sys.argv[1:] if tokens is None else tokens
    return (
        app.meta(arguments, result_action="return_value", error_formatter=format_error)
        or ExitCode.DONE
    )


def _normalized(tokens: Sequence[str]) -> Iterator[str]:
    """Expand a bare `--wait`, also one before the order id, and accept `-` as a value."""
    for argument, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        if argument == "--wait" and tokens[0] in WAITING and not _is_value(following, tokens):
            yield f"{argument}={DEFAULT_WAIT}"
        elif argument == "-":
            yield from ("--", argument)
        else:
            yield argument


def _is_value(following: str, tokens: Sequence[str]) -> bool:
    """Return whether the argument after `--wait` is its value, valid or not."""
    if tokens[1].startswith("-"):
        return bool(SECONDS.fullmatch(following))
    return following != "" and not following.startswith("-")
