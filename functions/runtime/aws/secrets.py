"""A function's secret in Secrets Manager, cached for minutes."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, override

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError

from functions.framework.ports import Secret, SecretUnavailable

MAX_AGE = 5 * 60
"""Seconds until a cached secret is read again."""

_REASONS = {
    "ResourceNotFoundException": "does not exist, or has no value yet. Write it:"
    " aws secretsmanager create-secret --name {name} --secret-string file://…",
    "InvalidRequestException": "is marked for deletion. Bring it back:"
    " aws secretsmanager restore-secret --secret-id {name}",
    "AccessDeniedException": "may not be read by the function's role. Deploy the stack again, and"
    " if the secret has a key of its own, let the role decrypt with it",
    "DecryptionFailure": "cannot be decrypted: let the function's role use the secret's own key",
}


class StoredSecret(Secret):
    """The secret of a name; the client is created at the first read."""

    def __init__(self, client: Callable[[str], Any], name: str) -> None:
        self._client = client
        self._name = name

    @override
    def __call__(self, *, fresh: bool = False) -> str:
        try:
            value = self._provider.get(self._name, max_age=MAX_AGE, force_fetch=fresh)
        except GetParameterError as error:
            raise SecretUnavailable(self._message(error.__context__)) from error
        if not isinstance(value, str) or not value.strip():
            raise SecretUnavailable(
                f"The secret {self._name} is empty, or is not text. Write it:"
                f" aws secretsmanager put-secret-value --secret-id {self._name} --secret-string file://…"
            )
        return value

    @cached_property
    def _provider(self) -> SecretsProvider:
        return SecretsProvider(boto3_client=self._client("secretsmanager"))

    def _message(self, error: BaseException | None) -> str:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        reason = _REASONS.get(
            code, f"could not be read ({code or type(error).__name__}): try again"
        )
        return f"The secret {self._name} {reason.format(name=self._name)}"
