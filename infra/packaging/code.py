"""Code asset of a function: the events, the framework, the runtime and its own folder only."""

from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

from functions.runtime.operating.package import ignore_list

ROOT = Path(__file__).parents[2]


def code_of(service: str) -> lambda_.Code:
    """Return the code asset of a service; the code of other services does not change it."""
    return lambda_.Code.from_asset(
        str(ROOT), ignore_mode=IgnoreMode.DOCKER, exclude=ignore_list(service)
    )
