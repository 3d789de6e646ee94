"""Mail: whether SES knows the stage's sender, and whether it may write to anybody."""

from collections.abc import Sequence
from typing import Any

from functions.runtime import settings
from ops.cli.options import LOCAL
from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, warning, wrong
from ops.stage.aws_errors import signs


def look(case: Case) -> Sequence[Finding]:
    """Look at the sender, or else its domain, and at the account's standing with SES."""
    senders = set(case.blueprint.settings(settings.SENDER).values())
    if not senders:
        return [_nobody(case)]
    ses = case.client("sesv2")
    found = [_sender(case, ses, sender) for sender in sorted(senders)]
    return found if case.stage == LOCAL else [*found, *_account(case, ses)]


def _nobody(case: Case) -> Finding:
    said = "no sender: mail is recorded and not sent"
    if case.blueprint.protected:
        return warning(
            f"Stage {case.stage} names {said}. Give it one: sender=… in infra/stage.py",
        )
    return fine(said)


def _sender(case: Case, ses: Any, sender: str) -> Finding:
    domain = sender.rpartition("@")[2]
    states = {name: _verified(ses, name) for name in (sender, domain)}
    if any(states.values()):
        return fine(f"{sender} is verified")
    known = [name for name, state in states.items() if state is not None]
    if known:
        return wrong(
            f"{known[0]} is not verified yet: follow the mail that SES sent there, or put its"
            " records into the domain's DNS. Until then mails wait, and end in the DLQ.",
            case.aws(f"sesv2 get-email-identity --email-identity {known[0]}"),
        )
    return wrong(
        f"SES does not know {sender}, nor its domain. Until it does, mails wait, and end in the"
        " DLQ.",
        case.aws(f"sesv2 create-email-identity --email-identity {domain}"),
    )


def _verified(ses: Any, identity: str) -> bool | None:
    """Tell whether an identity is verified; nothing, if there is none."""
    try:
        answer = ses.get_email_identity(EmailIdentity=identity)
    except Exception as error:
        if "NotFoundException" in signs(error):
            return None
        raise
    return bool(answer["VerifiedForSendingStatus"])


def _account(case: Case, ses: Any) -> Sequence[Finding]:
    account = ses.get_account()
    found = []
    if not account["SendingEnabled"]:
        found.append(
            wrong(
                "SES has paused this account's sending.",
                case.aws("sesv2 get-account"),
            )
        )
    if not account["ProductionAccessEnabled"]:
        found.append(
            warning(
                "SES is in its sandbox: it writes to verified addresses only, 200 mails a day. Ask"
                " for production access, with your shop's address in place of this one.",
                case.aws(
                    "sesv2 put-account-details --production-access-enabled --mail-type"
                    " TRANSACTIONAL --website-url https://shop.example.com"
                ),
            )
        )
    if not found:
        rate = account["SendQuota"]["MaxSendRate"]
        found.append(fine(f"in production, {rate:,.0f} mails a second"))
    return found


CHECK = Check(name="mail", asks=("ses:GetEmailIdentity", "ses:GetAccount"), look=look)
