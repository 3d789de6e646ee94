"""The issuer of customers' tokens, asked what AWS will ask it when the API is made."""

import subprocess
import sys
from collections.abc import Sequence

from functions.runtime import settings
from ops.doctor.finding import Finding, fine, warning, wrong
from ops.paths import ROOT
from ops.stage.templates import Blueprint


def look(blueprint: Blueprint, stage: str, context: Sequence[str]) -> Finding:
    """Let `infra.issuer_check` ask, as `make deploy` does; it takes no credentials."""
    issuers = set(blueprint.settings(settings.ISSUER).values())
    if not issuers:
        said = "no issuer: the shop is open to guests"
        return warning(f"Stage {stage} names {said}.") if blueprint.protected else fine(said)
    told = [f"stage={stage}", *context]
    asked = subprocess.run(
        [
            sys.executable,
            "-m",
            "infra.issuer_check",
            *(word for each in told for word in ("-c", each)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        issuer = issuers.pop().rstrip("/")
        again = f"curl -fsS {issuer}/.well-known/openid-configuration"
        return wrong(asked.stderr.strip(), again)
    return fine(asked.stdout.strip())
