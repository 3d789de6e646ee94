"""What a consumer's way to the outside means for its function."""

from aws_cdk import ArnFormat

from functions import names
from functions.runtime import settings
from functions.runtime.service import Adapter
from infra.grants import READ_SECRET, SEND_MAIL, Only
from infra.part import Part


class Outside:
    """The chosen adapter's `environment`, `grants`, and `libraries` (requirements by name)."""

    def __init__(self, part: Part, *, service: str, adapter: Adapter | None) -> None:
        """Take the stack, the service, and the adapter that the stage chose for it."""
        self.environment: dict[str, str] = {}
        self.grants: dict[str, list[str] | Only] = {}
        self.libraries: list[str] = []
        if adapter is None:
            return
        self.environment[settings.ADAPTER] = adapter.name
        if adapter.mails and part.stage.sender:
            self.environment[settings.SENDER] = part.stage.sender
            for identity in identities(part.stage.sender):
                arn = part.format_arn(service="ses", resource="identity", resource_name=identity)
                self.grants[arn] = Only([SEND_MAIL], "ses:FromAddress", part.stage.sender)
        if adapter.secret:
            secret = names.secret(part.stage.name, service)
            self.environment[settings.SECRET] = secret
            # Secrets Manager ends its ARNs in six characters of its own choice.
            arn = part.format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=f"{secret}-??????",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            self.grants[arn] = [READ_SECRET]
        if adapter.library:
            self.libraries.append(adapter.library)


def identities(sender: str) -> tuple[str, str]:
    """Return the identities by which SES may know a sender: the address, and its domain.

    Which of them the account has verified is not known here. A domain would let anybody of it be
    the sender, so what is granted on them is mail from the one address.
    """
    return sender, sender.rpartition("@")[2]
