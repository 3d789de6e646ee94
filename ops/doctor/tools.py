"""Tools check: the CDK's command line and its node, in the versions that this project locks."""

import subprocess
from pathlib import Path

import msgspec

from ops.doctor.finding import Finding, ok, wrong
from ops.paths import ROOT

SETUP = "make setup"


def check(root: Path = ROOT) -> Finding:
    """Compare the installed versions with the locked ones."""
    node, cdk = (root / ".venv" / "bin" / name for name in ("node", "cdk"))
    missing = [path.name for path in (node, cdk) if not path.exists()]
    if missing:
        return wrong(f"{' and '.join(missing)} missing in .venv/bin.", SETUP)
    locked = _version(root / "package-lock.json", "packages", "node_modules/aws-cdk", "version")
    installed = _version(root / "node_modules" / "aws-cdk" / "package.json", "version")
    if installed != locked:
        return wrong(f"The CDK's command line is {installed}, but {locked} is locked.", SETUP)
    ran = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False)
    if ran.returncode:
        return wrong("The node in .venv/bin does not run.", SETUP)
    return ok(f"cdk {installed} on node {ran.stdout.strip().lstrip('v')}")


def _version(path: Path, *keys: str) -> str:
    try:
        value = msgspec.json.decode(path.read_bytes())
        for key in keys:
            value = value[key]
    except (OSError, KeyError, msgspec.DecodeError):
        return "missing"
    return str(value)
