"""Clock check: this machine's clock against AWS's, which refuses signatures minutes off."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, unknown, warning, wrong

REFUSED = timedelta(minutes=5)
"""With this difference, most AWS services refuse a request's signature."""

WARNED = timedelta(minutes=1)
SET_CLOCK = "sudo timedatectl set-ntp true"


def check(env: Environment) -> Sequence[Finding]:
    """Compare the two times of one answer."""
    return [compare(env.identity.here, env.identity.there)]


def compare(here: datetime, there: datetime | None) -> Finding:
    """Return the finding for a difference of the clocks."""
    if there is None:
        return unknown("AWS's answer had no date.")
    off = abs(here - there)
    message = f"This machine's clock is {off.total_seconds():,.0f} s off AWS's"
    limit = f"AWS refuses signatures from {REFUSED.total_seconds():.0f} s on"
    if off >= REFUSED:
        return wrong(f"{message}; {limit}. Set the clock.", SET_CLOCK)
    if off >= WARNED:
        return warning(f"{message}; {limit}.", SET_CLOCK)
    return ok(f"within {max(1, round(off.total_seconds()))} s of AWS's")


CHECK = Check(
    name="clock",
    permissions=(),
    run=check,
    skipped_locally="the local cloud uses this machine's clock",
)
