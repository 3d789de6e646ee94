"""Bugs seeded into what mails may say, and into what follows when one comes back."""

from typing import Any

from events.contracts.email import MailBounced
from events.history import History
from functions.email import reactions, returned
from functions.email.blocked import Blocked
from simulation.campaign import ROWS, Rows
from tests.simulation.seeding import SEEDED_BUGS, Patch

__all__ = ["SEEDED_BUGS"]


@SEEDED_BUGS.in_place_of("functions.email.mails.is_paid")
def a_mail_has_typed_text_before_the_payment(_: History) -> bool:
    return True


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
