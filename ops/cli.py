"""The command line: what there is, what may be said to every command, and how commands end.

Imports wait until a command runs, so that help is there at once.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import Annotated, Any, Literal

from cyclopts import App, Group, Parameter, Token
from cyclopts.validators import Number

from ops.trouble import Exit
from ops.words import duration

PROBLEMS = "fanfare: {}".format

app = App(
    name="fanfare",
    help="Run the order system, place orders, and see what happens.",
    help_format="plaintext",
    version_flags=(),
    error_formatter=PROBLEMS,
)
app.meta.group_parameters = Group("For every command", sort_key=9)

Asked = Annotated[Any, Parameter(parse=False)]
Consumers = Annotated[
    list[str] | None, Parameter(name="--consumer", negative=(), metavar="SERVICE")
]
Types = Annotated[list[str] | None, Parameter(name="--type", negative=(), metavar="TYPE")]
Outcomes = Annotated[list[str] | None, Parameter(name="--outcome", negative=(), metavar="OUTCOME")]
Flag = Annotated[bool, Parameter(negative=(), show_default=False)]

DEFAULT_WAIT = 30
"""Seconds that `--wait` waits if it is not told how many."""


def _span(_: object, tokens: Sequence[Token]) -> timedelta:
    return duration(tokens[0].value)


def _name(_: object, stage: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", stage):
        raise ValueError(f"{stage!r} names no stage: local, or one such as dev.")


@app.command(sort_key=1)
def run(
    *,
    port: Annotated[int, Parameter(validator=Number(gte=1, lte=65535), metavar="PORT")] = 4566,
    keep: Flag = False,
    consumers: Consumers = None,
    types: Types = None,
    options: Asked,
) -> int:
    """Run the whole system here: no account, no Docker.

    It starts a local cloud, deploys all stacks to it, seeds the shop, places three
    orders, and then shows what happens until Ctrl-C.

    Without a terminal it ends after the three orders; the exit code is 0 only if
    each of them ended as it should.

    Args:
        port: Where the local cloud listens, on 127.0.0.1.
        keep: Go on until stopped, also without a terminal.
        consumers: Show only what this service does; may be repeated.
        types: Show only events of this type; may be repeated.
        options: What was said to all commands.
    """
    from ops.filter import Filter
    from ops.run import run as run_here

    return run_here(options, port=port, keep=keep, only=Filter.of(consumers, types))


@app.command(sort_key=2)
def seed(*, yes: Flag = False, options: Asked) -> Exit:
    """Put the demo catalogue and its stock into a stage.

    It may be repeated: what is there already stays as it is, also the stock that is left.

    Args:
        yes: Really, also on stage prod.
        options: What was said to all commands.
    """
    from ops.seed import seed as seed_stage

    return seed_stage(options, yes=yes)


@app.command(sort_key=3)
def invoke(
    file: Annotated[str, Parameter(name="FILE", show_default=False)] = "",
    /,
    *,
    options: Asked,
) -> Exit:
    """Place an order by invoking the checkout function, without HTTP.

    Args:
        file: The order as JSON; `-` is standard input, events/samples/checkout.json the default.
        options: What was said to all commands.
    """
    from ops.invoke import invoke as invoke_checkout

    return invoke_checkout(options, file)


@app.command(sort_key=4)
def order(
    order_id: Annotated[str, Parameter(name="ID")],
    /,
    *,
    events: Flag = False,
    wait: Annotated[float | None, Parameter(validator=Number(gte=0), metavar="SECONDS")] = None,
    options: Asked,
) -> Exit:
    """Show one order: what led to what, and what is outstanding.

    Args:
        order_id: The order; on the local stage its first few characters will do.
        events: Print its events, one CloudEvent as JSON a line.
        wait: Wait until nothing more is to come, at most so many seconds (30 unless told).
        options: What was said to all commands.
    """
    from ops.order import show

    return show(options, order_id, events=events, wait=wait)


@app.command(sort_key=5)
def tail(
    *,
    order: Annotated[str | None, Parameter(metavar="ID")] = None,
    consumers: Consumers = None,
    types: Types = None,
    outcomes: Outcomes = None,
    since: Annotated[timedelta | None, Parameter(metavar="TIME", converter=_span)] = None,
    options: Asked,
) -> Exit:
    """Show what happens, as it happens, until Ctrl-C.

    Args:
        order: Only this order, by its id or the first characters of it.
        consumers: Only what this service does; may be repeated.
        types: Only events of this type; may be repeated.
        outcomes: Only messages that ended so, such as retry or duplicate; may be repeated.
        since: Begin so far in the past, such as 10m.
        options: What was said to all commands.
    """
    from ops.filter import Filter
    from ops.tail import tail as tail_logs

    return tail_logs(options, Filter.of(consumers, types, outcomes, order), since)


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
        return Exit.DONE
    from ops.endings import ending
    from ops.options import Options

    options = Options(stage=stage, profile=profile, region=region, json=json, color=color)
    return ending(lambda: command(*bound.args, **bound.kwargs, options=options), options)


def main(tokens: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    given = sys.argv[1:] if tokens is None else tokens
    return app.meta(given, result_action="return_value", error_formatter=PROBLEMS) or Exit.DONE


def _plain(tokens: Sequence[str]) -> Iterator[str]:
    """Spell out two habits: a bare `--wait`, which may stand before the order's id, and `-`."""
    for word, follower in zip_longest(tokens, tokens[1:], fillvalue=""):
        if word == "--wait" and not follower.replace(".", "", 1).isdigit():
            yield f"{word}={DEFAULT_WAIT}"
        elif word == "-":
            yield from ("--", word)
        else:
            yield word
