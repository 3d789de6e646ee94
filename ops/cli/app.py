"""The app to which all commands belong, and the options that several commands share."""

import re
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Annotated, Any

from cyclopts import App, Group, Parameter, Token

from ops.cli.formats import parse_duration
from ops.cli.terminal import Terminal

format_error = "fanfare: {}".format
SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")

app = App(
    name="fanfare",
    help="Run the order system, place orders, and watch what happens.",
    help_format="plaintext",
    version=version("fanfare"),
    console=Terminal(),
    error_formatter=format_error,
)
app.meta.group_parameters = Group("For every command", sort_key=9)


def _assignments(_: object, context: Sequence[str] | None) -> None:
    for each in context or ():
        if not each.partition("=")[0] or "=" not in each:
            raise ValueError(f"{each!r} is not NAME=VALUE, such as issuer=https://….")


Injected = Annotated[Any, Parameter(parse=False)]
Consumers = Annotated[
    list[str] | None, Parameter(name="--consumer", negative=(), metavar="SERVICE")
]
Types = Annotated[list[str] | None, Parameter(name="--type", negative=(), metavar="TYPE")]
Orders = Annotated[list[str] | None, Parameter(name="--order", negative=(), metavar="ID")]
Outcomes = Annotated[list[str] | None, Parameter(name="--outcome", negative=(), metavar="OUTCOME")]
Context = Annotated[
    list[str] | None,
    Parameter(name=("--context", "-c"), negative=(), metavar="NAME=VALUE", validator=_assignments),
]
Moment = Annotated[str | None, Parameter(metavar="TIME")]
Flag = Annotated[bool, Parameter(negative=(), show_default=False)]


def whole_number(_: object, tokens: Sequence[Token]) -> int:
    """Parse a whole number; cyclopts alone would read 1.5 as 1."""
    typed = tokens[0].value
    if not re.fullmatch(r"-?[0-9]+", typed):
        raise ValueError(f"{typed!r} is not a whole number.")
    return int(typed)


def seconds(_: object, tokens: Sequence[Token]) -> float:
    """Parse a number of seconds."""
    typed = tokens[0].value
    if not SECONDS.fullmatch(typed):
        raise ValueError(f"{typed!r} is not a number of seconds, such as 90.")
    return float(typed)


def span(_: object, tokens: Sequence[Token]) -> timedelta:
    """Parse a duration."""
    return parse_duration(tokens[0].value)


Seconds = Annotated[float, Parameter(converter=seconds, metavar="SECONDS")]
