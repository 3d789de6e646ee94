"""Bugs seeded into what follows when a mail comes back."""

from typing import Any

from events.contracts.email import MailBounced
from functions.email import reactions, returned
from functions.email.blocked import Blocked
from simulation.campaign import ROWS, Rows
from tests.simulation.seeding import SEEDED_BUGS, Patch

__all__ = ["SEEDED_BUGS"]


@SEEDED_BUGS.seed
def a_blocked_address_is_mailed(patch: Patch) -> Rows:
    patch.setattr(Blocked, "why", lambda *_: None)
    patch.setattr(reactions, "_refusal", lambda *_: None)
    return ROWS


@SEEDED_BUGS.seed
def a_bounce_for_a_time_blocks(patch: Patch) -> Rows:
    def fact(notice: Any) -> MailBounced:
        return MailBounced(message_id=notice.mail.message_id, reason="MailboxFull")

    patch.setattr(returned, "_fact", fact)
    return ROWS


@SEEDED_BUGS.seed
def a_complaint_is_ignored(patch: Patch) -> Rows:
    def fact(notice: Any) -> MailBounced | None:
        found = stated(notice)
        return found if isinstance(found, MailBounced) else None

    stated = returned._fact
    patch.setattr(returned, "_fact", fact)
    return ROWS
