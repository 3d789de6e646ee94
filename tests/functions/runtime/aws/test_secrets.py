"""A function's secret: cached from Secrets Manager, with errors that have a remedy."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import time_machine
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.framework.ports import SecretUnavailable
from functions.runtime.aws.secrets import MAX_AGE, StoredSecret
from testkit.builders import NOW

_names = (f"fanfare-test{number}-payment" for number in count(1))


@pytest.fixture
def name() -> str:
    return next(_names)


@pytest.fixture
def manager(connection: Callable[[str], Any]) -> Any:
    return connection("secretsmanager")


def test_a_secret_is_cached_for_minutes(
    connection: Callable[[str], Any], manager: Any, name: str
) -> None:
    manager.create_secret(Name=name, SecretString="old")
    secret = StoredSecret(connection, name)

    with time_machine.travel(NOW, tick=False) as traveller:
        assert secret() == "old"
        manager.put_secret_value(SecretId=name, SecretString="new")
        traveller.shift(MAX_AGE - 1)
        assert secret() == "old"
        traveller.shift(2)
        assert secret() == "new"


def test_a_fresh_secret_replaces_the_cached_one(
    connection: Callable[[str], Any], manager: Any, name: str
) -> None:
    manager.create_secret(Name=name, SecretString="old")
    secret = StoredSecret(connection, name)
    secret()
    manager.put_secret_value(SecretId=name, SecretString="new")

    assert [secret(), secret(fresh=True), secret()] == ["old", "new", "new"]


def test_no_client_is_created_before_the_secret_is_requested() -> None:
    def client(_: str) -> Any:
        raise AssertionError("the secret was not requested")

    StoredSecret(client, "any")


def test_a_missing_secret_is_an_error_with_its_name_and_a_remedy(
    connection: Callable[[str], Any], name: str
) -> None:
    with pytest.raises(SecretUnavailable) as missing:
        StoredSecret(connection, name)()

    assert str(missing.value) == (
        f"The secret {name} does not exist, or has no value yet. Write it:"
        f" aws secretsmanager create-secret --name {name} --secret-string file://…"
    )


def test_the_error_of_a_deleted_secret_has_the_command_that_restores_it(
    connection: Callable[[str], Any], manager: Any, name: str
) -> None:
    manager.create_secret(Name=name, SecretString="x")
    manager.delete_secret(SecretId=name)

    with pytest.raises(SecretUnavailable, match=f"restore-secret --secret-id {name}"):
        StoredSecret(connection, name)()


@pytest.mark.parametrize("value", [{"SecretString": " \n"}, {"SecretBinary": b"sk_test_1"}])
def test_a_secret_that_is_empty_or_binary_counts_as_missing(
    connection: Callable[[str], Any], manager: Any, name: str, value: dict[str, Any]
) -> None:
    manager.create_secret(Name=name, **value)

    with pytest.raises(SecretUnavailable, match=f"put-secret-value --secret-id {name}") as missing:
        StoredSecret(connection, name)()
    assert "sk_test_1" not in str(missing.value)


class Failing:
    """A Secrets Manager client that raises an error."""

    class meta:  # noqa: N801  the name in botocore
        class events:  # noqa: N801
            @staticmethod
            def register(*_: Any) -> None: ...

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_secret_value(self, **_: Any) -> Any:
        raise self._error


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "GetSecretValue")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (refusal("AccessDeniedException"), "may not be read by the function's role"),
        (refusal("DecryptionFailure"), "cannot be decrypted"),
        (refusal("ThrottlingException"), r"could not be read \(ThrottlingException\): try again"),
        (ReadTimeoutError(endpoint_url="https://x"), r"read \(ReadTimeoutError\): try again"),
    ],
    ids=["denied", "encrypted", "throttled", "timeout"],
)
def test_every_error_of_secrets_manager_has_a_message(error: Exception, message: str) -> None:
    with pytest.raises(SecretUnavailable, match=f"^The secret x .*{message}"):
        StoredSecret(lambda _: Failing(error), "x")()
