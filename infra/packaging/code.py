"""What a function's package holds: the events, the runtime, its own folder, and nothing else."""

from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parents[2]


def code_of(service: str) -> lambda_.Code:
    """Return the code of a service; nobody else's code changes it."""
    return lambda_.Code.from_asset(
        str(ROOT),
        ignore_mode=IgnoreMode.DOCKER,
        exclude=[
            "*",
            "!events",
            "events/samples",
            "events/schemas",
            "!functions",
            "functions/*",
            "!functions/__init__.py",
            "!functions/framework",
            "!functions/runtime",
            "functions/runtime/memory",  # the ports in memory, for tests
            "functions/runtime/operating",  # what operators do
            f"!functions/{service}",
            "**/__pycache__",
            "**/.*",
        ],
    )
