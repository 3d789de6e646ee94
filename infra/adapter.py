"""Function settings that a consumer's adapter needs: environment, grants and libraries."""

from aws_cdk import ArnFormat

from functions import names
from functions.framework.service import Adapter
from functions.runtime import settings
from infra.grants import READ_SECRET, SEND_MAIL, ConditionalGrant
from infra.stage_stack import StageStack


class AdapterSettings:
    """The `environment`, `grants` and `libraries` (names of requirements) for an adapter.

    `adapter` is the one that the stage chose for the service, or None.
    """

    def __init__(self, stack: StageStack, *, service: str, adapter: Adapter | None) -> None:
        self.environment: dict[str, str] = {}
        self.grants: dict[str, list[str] | ConditionalGrant] = {}
        self.libraries: list[str] = []
        if adapter is None:
            return
        self.environment[settings.ADAPTER] = adapter.name
        if adapter.mails and stack.stage.sender:
            self.environment[settings.SENDER] = stack.stage.sender
            # SES requires a permission on each identity of a mail: the sender's, which may be a
            # parent domain of the address; in its sandbox the recipients' too; and the identity's
            # configuration set. So the condition on the sender's address is the limit.
            # https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
            for resource in ("identity", "configuration-set"):
                arn = stack.format_arn(service="ses", resource=resource, resource_name="*")
                self.grants[arn] = ConditionalGrant(
                    [SEND_MAIL],
                    "ses:FromAddress",
                    stack.stage.sender,
                    reason="Mail may go to any address, but only from the stage's sender.",
                )
        if adapter.secret:
            secret = names.secret(stack.stage.name, service)
            self.environment[settings.SECRET] = secret
            # Secrets Manager appends six random characters to its ARNs.
            arn = stack.format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=f"{secret}-??????",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            self.grants[arn] = [READ_SECRET]
        if adapter.library:
            self.libraries.append(adapter.library)
