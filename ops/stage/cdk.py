"""The CDK's command line, as `make` installs it."""

from collections.abc import Mapping, Sequence

from functions import names
from ops.cli.checkout import must_be_checkout
from ops.cli.errors import CommandError
from ops.paths import ROOT

CDK = ROOT / ".venv" / "bin" / "cdk"

ALL = ("--all",)
"""Selects all stacks of a stage, in place of their names."""


def stacks_of(stage: str, services: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the stacks of services on a stage."""
    return tuple(names.prefixed(stage, service) for service in services)


def command(stage: str, arguments: Sequence[str], context: Mapping[str, str]) -> list[str]:
    """Return a command line of the CDK for a stage, with further context.

    Raises:
        CommandError: the CDK is not installed, or this is no checkout.
    """
    must_be_checkout("A deployment of the map's stacks")
    if not CDK.exists():
        raise CommandError("The CDK is not installed: `make setup` fetches it.")
    values = {**context, "stage": stage}
    pairs = (argument for name in values for argument in ("-c", f"{name}={values[name]}"))
    return [str(CDK), *arguments, *pairs]
