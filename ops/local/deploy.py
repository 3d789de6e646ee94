"""The stacks, put into the local cloud by the CDK's own command line."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from functions import names
from functions.map import API
from ops.cli.errors import CommandError
from ops.cli.options import LOCAL
from ops.local.children import Child, Children
from ops.paths import ROOT
from ops.stage.connection import ACCOUNT, REGION, Connection

CDK = ROOT / ".venv" / "bin" / "cdk"
OUTPUTS = "outputs.json"
BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
"""Where the CDK's default synthesizer puts assets, in an account that was never bootstrapped."""

NOTHING: Mapping[str, str] = MappingProxyType({})

_DEPLOYED = "✅"
_TOTAL = re.compile(r"\[\d+/(\d+)\]")
_QUIET = {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_DISABLE_VERSION_CHECK": "1"}


def start(
    children: Children,
    environ: Mapping[str, str],
    work: Path,
    log: Path,
    source: Path = ROOT,
    context: Mapping[str, str] = NOTHING,
) -> Child:
    """Begin to synthesize and deploy all stacks of the local stage; `work` is a folder to do it in.

    `context` is what else the app is told, such as an issuer of tokens.

    The local cloud and the bucket for assets must be there once the stacks are synthesized.

    Raises:
        CommandError: the CDK is not installed.
    """
    command = ["deploy", "--all", "--concurrency", "4", "--method", "direct"]
    command += ["--require-approval", "never", "--progress", "events"]
    command += ["--outputs-file", str(work / OUTPUTS), "--output", str(work / "cdk.out")]
    command += [word for name, value in context.items() for word in ("-c", f"{name}={value}")]
    return _cdk(children, command, environ=environ, work=work, log=log, source=source)


def start_destroying(
    children: Children,
    environ: Mapping[str, str],
    work: Path,
    log: Path,
    source: Path = ROOT,
) -> Child:
    """Begin to take all stacks out again."""
    command = ["destroy", "--all", "--force", "--app", str(work / "cdk.out")]
    return _cdk(children, command, environ=environ, work=work, log=log, source=source)


def _cdk(
    children: Children,
    arguments: list[str],
    *,
    environ: Mapping[str, str],
    work: Path,
    log: Path,
    source: Path,
) -> Child:
    if not CDK.exists():
        raise CommandError("The CDK is not installed: `make setup` fetches it.")
    command = [str(CDK), *arguments, "-c", f"stage={LOCAL}"]
    settings = _QUIET | {"CDK_HOME": str(work / "cdk")}
    return children.start(command, environ={**environ, **settings}, cwd=source, log=log)


def make_bucket(connection: Connection) -> None:
    """Make the bucket for assets, which bootstrapping makes in an account."""
    connection.client("s3").create_bucket(Bucket=BUCKET)


def verify_sender(connection: Connection) -> None:
    """Make the local stage's sender known to the local cloud's SES, which believes it at once."""
    connection.client("sesv2").create_email_identity(EmailIdentity=names.LOCAL_SENDER)


def until_done(
    child: Child,
    progress: Callable[[str], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until a deployment ends, and tell how far it is.

    Raises:
        CommandError: it failed.
    """
    while child.ended() is None:
        progress(how_far(child.log.read_text(errors="replace")))
        sleep(0.1)
    if child.ended():
        raise CommandError(
            "The stacks could not be deployed. What the CDK said is above, all of it in"
            f" {child.log}; `.venv/bin/cdk synth -c stage={LOCAL}` tries the templates alone."
        )


def how_far(log: str) -> str:
    """Return how many stacks a deployment's log tells of: `2 of 6 stacks`."""
    total = _TOTAL.findall(log)
    return f"{log.count(_DEPLOYED)} of {total[-1]} stacks" if total else "synthesizing the stacks"


def stacks(work: Path) -> int:
    """Return how many stacks were synthesized."""
    return len(list((work / "cdk.out").glob("*.template.json")))


def api(work: Path, port: int) -> str:
    """Return the API's address on this machine; the host that CloudFormation names is not here."""
    outputs = msgspec.json.decode((work / OUTPUTS).read_bytes())
    api_id = outputs[names.prefixed(LOCAL, API.name)]["ApiId"]
    return f"http://127.0.0.1:{port}/_aws/execute-api/{api_id}"
