"""Setup of all tests: no AWS account is reachable, services' own tests come first."""

import gc
import os
import sys
from pathlib import Path

import moto  # noqa: F401  must be imported before the first botocore session
import pytest
from hypothesis import settings

from ops.cli.source_errors import source_error
from tests.support import quick_moto
from tests.support.summary import figure, pytest_terminal_summary

pytest_plugins = ["testkit.pytest_plugin"]

__all__ = ["figure", "pytest_terminal_summary"]

for name in list(os.environ):
    if name.startswith("AWS_"):
        del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",  # moto has only the regional host of Streams
    "CDK_VALIDATION": "false",  # it takes three seconds a process; test_scanners has cfn-lint
}
# The CDK runs on the Node of this environment, also if the environment is not activated.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))

settings.register_profile("fanfare", derandomize=True, database=None, deadline=None)
settings.load_profile("fanfare")

quick_moto.install()

try:
    from functions.map import SERVICES
except Exception as error:  # nearly every test would repeat it
    if (named := source_error(error)) is None:
        raise
    raise SystemExit(f"functions/map.py cannot be imported: {named}") from error

OWN_TESTS = tuple(f"tests/functions/{service.name}/" for service in SERVICES)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the own tests of services first: a broken one fails there before it fails elsewhere."""
    items.sort(key=lambda item: not item.nodeid.startswith(OWN_TESTS))


def pytest_collection_finish() -> None:
    """Exclude imported objects from garbage collection: this saves a tenth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
