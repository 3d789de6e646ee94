"""Issuer check: request the tokens' OIDC issuer as AWS does when it creates the API."""

import subprocess
import sys
from collections.abc import Sequence

from functions.runtime import settings
from ops.doctor.finding import Finding, ok, warning, wrong
from ops.paths import ROOT
from ops.stage.templates import Blueprint


def check(blueprint: Blueprint, stage: str, context: Sequence[str]) -> Finding:
    """Run `infra.issuer_check`, as `make deploy` does; it needs no credentials."""
    issuers = set(blueprint.settings(settings.ISSUER).values())
    if not issuers:
        message = "no issuer: the shop is open to guests"
        return warning(f"Stage {stage} has {message}.") if blueprint.protected else ok(message)
    context = [f"stage={stage}", *context]
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "infra.issuer_check",
            *(argument for each in context for argument in ("-c", each)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if checked.returncode:
        issuer = issuers.pop().rstrip("/")
        retry = f"curl -fsS {issuer}/.well-known/openid-configuration"
        return wrong(checked.stderr.strip(), retry)
    return ok(checked.stdout.strip())
