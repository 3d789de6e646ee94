"""What a consumer's way to the outside means for its function."""

from aws_cdk import ArnFormat

from functions import names
from functions.framework.service import Adapter
from functions.runtime import settings
from infra.grants import READ_SECRET, SEND_MAIL, ConditionalGrant
from infra.stage_stack import StageStack


class Outside:
    """The chosen adapter's `environment`, `grants`, and `libraries` (requirements by name)."""

    def __init__(self, part: StageStack, *, service: str, adapter: Adapter | None) -> None:
        """Take the stack, the service, and the adapter that the stage chose for it."""
        self.environment: dict[str, str] = {}
        self.grants: dict[str, list[str] | ConditionalGrant] = {}
        self.libraries: list[str] = []
        if adapter is None:
            return
        self.environment[settings.ADAPTER] = adapter.name
        if adapter.mails and part.stage.sender:
            self.environment[settings.SENDER] = part.stage.sender
            # SES asks for a right to each identity that a mail touches: the sender's, which may be
            # a domain above the address; in its sandbox the recipients', too; and the configuration
            # set that an identity may have. What bounds it is whom the mail is from.
            # https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
            for resource in ("identity", "configuration-set"):
                arn = part.format_arn(service="ses", resource=resource, resource_name="*")
                self.grants[arn] = ConditionalGrant(
                    [SEND_MAIL],
                    "ses:FromAddress",
                    part.stage.sender,
                    reason="Mail goes to anybody, and is from the stage's sender alone.",
                )
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
