"""Imports of a function at its start: no heavy module and no other service."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from functions import map as the_map
from functions.framework.service import Consumer, Service
from tests.functions.conftest import Stage

ROOT = Path(__file__).parents[3]

HEAVY = (
    "aws_cdk",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.validation",
    "aws_xray_sdk",  # imported by a Tracer of Powertools; the class Tracer is always imported
    "boto3",
    "events.contracts.upcasters",  # imported at the first event of an earlier version
    "functions.map",
    "functions.runtime.memory",
    "moto",
    "pydantic",
    "requests",
    "stripe",
    "tests",
)

REPORT = "import functions.runtime.entry, json, sys; print(json.dumps(sorted(sys.modules)))"


def imported(environ: dict[str, str]) -> set[str]:
    """Return the modules that are imported when Lambda has imported the function."""
    process = subprocess.run(
        [sys.executable, "-c", REPORT],
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)} | environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(process.stdout))


@pytest.mark.parametrize("service", the_map.SERVICES, ids=lambda service: service.name)
def test_a_function_imports_itself_and_nothing_heavy(stage: Stage, service: Service) -> None:
    modules = imported(stage.environ(service))
    others = {s.name for s in the_map.SERVICES} - {service.name}

    assert f"functions.{service.name}.service" in modules
    assert not modules & {f"functions.{name}" for name in others}
    assert not {m for m in modules if any(m == h or m.startswith(f"{h}.") for h in HEAVY)}
    assert isinstance(service, Consumer) or "functions.runtime.handlers.consumer" not in modules
