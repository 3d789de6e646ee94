"""Deployment of the stacks to the local cloud by the CDK's command line."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from functions import names
from functions.framework.api import http_services
from functions.map import API, SERVICES
from ops.cli.errors import CommandError
from ops.cli.options import LOCAL
from ops.local.children import Child, Children
from ops.paths import ROOT
from ops.stage import cdk
from ops.stage.connection import ACCOUNT, REGION, Connection

OUTPUTS = "outputs.json"
ASSEMBLY = "cdk.out"
BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
"""The CDK's default bucket for assets, missing in an account that was never bootstrapped."""

NO_CONTEXT: Mapping[str, str] = MappingProxyType({})

_DEPLOYED = "✅"
_TOTAL = re.compile(r"\[\d+/(\d+)\]")
_SETTINGS = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "CDK_VALIDATION": "false",  # three seconds; `make synth` and `make deploy` have it
}


def start(
    children: Children,
    environ: Mapping[str, str],
    work: Path,
    log: Path,
    source: Path = ROOT,
    context: Mapping[str, str] = NO_CONTEXT,
    stacks: Sequence[str] = cdk.ALL,
) -> Child:
    """Start to synthesize and deploy stacks of the local stage in the folder `work`.

    `context` is further CDK context, such as an issuer of tokens. The local cloud and the bucket
    for assets must exist once the stacks are synthesized. The stacks that the named ones need are
    deployed as well.

    Raises:
        CommandError: the CDK is not installed.
    """
    arguments = ["deploy", *stacks, "--concurrency", "4", "--method", "direct"]
    arguments += ["--require-approval", "never", "--progress", "events"]
    arguments += ["--outputs-file", str(work / OUTPUTS), "--output", str(work / ASSEMBLY)]
    command = cdk.command(LOCAL, arguments, context)
    return _cdk(children, command, environ=environ, work=work, log=log, source=source)


def start_destroying(
    children: Children,
    environ: Mapping[str, str],
    work: Path,
    log: Path,
    source: Path = ROOT,
) -> Child:
    """Start to delete all stacks."""
    arguments = ["destroy", *cdk.ALL, "--force", "--app", str(work / ASSEMBLY)]
    command = cdk.command(LOCAL, arguments, NO_CONTEXT)
    return _cdk(children, command, environ=environ, work=work, log=log, source=source)


def _cdk(
    children: Children,
    command: list[str],
    *,
    environ: Mapping[str, str],
    work: Path,
    log: Path,
    source: Path,
) -> Child:
    settings = _SETTINGS | {"CDK_HOME": str(work / "cdk")}
    return children.start(command, environ={**environ, **settings}, cwd=source, log=log)


def make_bucket(connection: Connection) -> None:
    """Create the bucket for assets, which bootstrapping creates in an account."""
    connection.client("s3").create_bucket(Bucket=BUCKET)


def verify_sender(connection: Connection) -> None:
    """Register the local stage's sender in the local cloud's SES, which verifies it at once."""
    connection.client("sesv2").create_email_identity(EmailIdentity=names.LOCAL_SENDER)


def until_done(
    child: Child,
    progress: Callable[[str], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until a deployment ends, and report its progress.

    Raises:
        CommandError: the deployment failed.
    """
    while child.ended() is None:
        progress(progress_text(child.log.read_text(errors="replace")))
        sleep(0.1)
    if child.ended():
        raise CommandError(
            "The stacks could not be deployed. The end of the CDK's log is above, all of it is in"
            f" {child.log}; `.venv/bin/cdk synth -c stage={LOCAL}` tries the templates alone."
        )


def progress_text(log: str) -> str:
    """Return the progress from a deployment's log: `2 of 6 stacks`."""
    total = _TOTAL.findall(log)
    return f"{log.count(_DEPLOYED)} of {total[-1]} stacks" if total else "synthesizing the stacks"


def stacks(work: Path) -> int:
    """Return the number of synthesized stacks."""
    return len(list((work / ASSEMBLY).glob("*.template.json")))


def api(work: Path, port: int) -> str:
    """Return the API's URL on this machine."""
    return urls(work, port)[API.name]


def urls(work: Path, port: int) -> dict[str, str]:
    """Return the URL on this machine of each deployed service that answers requests, by its name.

    CloudFormation's outputs have hosts of AWS.
    """
    outputs = msgspec.json.decode((work / OUTPUTS).read_bytes())
    stacks = {each.name: names.prefixed(LOCAL, each.name) for each in http_services(SERVICES)}
    return {
        name: f"http://127.0.0.1:{port}/_aws/execute-api/{outputs[stack]['ApiId']}"
        for name, stack in stacks.items()
        if stack in outputs
    }
