"""This machine's clock against AWS's, which refuses a signature that is minutes off."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, unseen, warning, wrong

REFUSED = timedelta(minutes=5)
"""So far off, most services of AWS refuse a request's signature."""

WORTH_SAYING = timedelta(minutes=1)
SET_IT = "sudo timedatectl set-ntp true"


def look(case: Case) -> Sequence[Finding]:
    """Compare the two times of one answer."""
    return [compared(case.identity.here, case.identity.there)]


def compared(here: datetime, there: datetime | None) -> Finding:
    """Return what a difference of clocks means."""
    if there is None:
        return unseen("AWS did not say what time it is.")
    off = abs(here - there)
    said = f"This machine's clock is {off.total_seconds():,.0f} s off AWS's"
    if off >= REFUSED:
        return wrong(f"{said}, which refuses signatures that are: set it.", SET_IT)
    if off >= WORTH_SAYING:
        return warning(f"{said}; from {REFUSED.total_seconds():.0f} s on AWS refuses.", SET_IT)
    return fine(f"within {max(1, round(off.total_seconds()))} s of AWS's")


CHECK = Check(name="clock", asks=(), look=look, local="it is this machine's own")
