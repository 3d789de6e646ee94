"""Mail check: SES has verified the sender, and the account may send to any address."""

from collections.abc import Sequence
from typing import Any

from functions.runtime import settings
from ops.cli.options import LOCAL
from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, warning, wrong
from ops.stage.aws_errors import error_names


def check(env: Environment) -> Sequence[Finding]:
    """Check the sender or its domain, and the account's sending limits in SES."""
    senders = set(env.blueprint.settings(settings.SENDER).values())
    if not senders:
        return [_no_sender(env)]
    ses = env.client("sesv2")
    found = [_check_sender(env, ses, sender) for sender in sorted(senders)]
    return found if env.stage == LOCAL else [*found, *_check_account(env, ses)]


def _no_sender(env: Environment) -> Finding:
    message = "no sender: mail is recorded and not sent"
    if env.blueprint.protected:
        return warning(
            f"Stage {env.stage} has {message}. Set sender=… in infra/stage.py",
        )
    return ok(message)


def _check_sender(env: Environment, ses: Any, sender: str) -> Finding:
    domain = sender.rpartition("@")[2]
    states = {name: _verified(ses, name) for name in (sender, domain)}
    if any(states.values()):
        return ok(f"{sender} is verified")
    known = [name for name, state in states.items() if state is not None]
    if known:
        return wrong(
            f"{known[0]} is not verified yet: follow the mail that SES sent there, or add its"
            " records to the domain's DNS. Until then mails are retried and end in the DLQ.",
            env.aws(f"sesv2 get-email-identity --email-identity {known[0]}"),
        )
    return wrong(
        f"SES does not know {sender} or its domain. Until it does, mails are retried and end in"
        " the DLQ.",
        env.aws(f"sesv2 create-email-identity --email-identity {domain}"),
    )


def _verified(ses: Any, identity: str) -> bool | None:
    """Return whether an identity is verified, or None if there is none."""
    try:
        answer = ses.get_email_identity(EmailIdentity=identity)
    except Exception as error:
        if "NotFoundException" in error_names(error):
            return None
        raise
    return bool(answer["VerifiedForSendingStatus"])


def _check_account(env: Environment, ses: Any) -> Sequence[Finding]:
    account = ses.get_account()
    found = []
    if not account["SendingEnabled"]:
        found.append(
            wrong(
                "SES has paused this account's sending.",
                env.aws("sesv2 get-account"),
            )
        )
    if not account["ProductionAccessEnabled"]:
        found.append(
            warning(
                "SES is in its sandbox: it sends to verified addresses only, 200 mails a day."
                " Request production access, with your shop's address in place of this one.",
                env.aws(
                    "sesv2 put-account-details --production-access-enabled --mail-type"
                    " TRANSACTIONAL --website-url https://shop.example.com"
                ),
            )
        )
    if not found:
        rate = account["SendQuota"]["MaxSendRate"]
        found.append(ok(f"in production, {rate:,.0f} mails a second"))
    return found


CHECK = Check(name="mail", permissions=("ses:GetEmailIdentity", "ses:GetAccount"), run=check)
