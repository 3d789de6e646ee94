"""A function's secret, read from Secrets Manager, kept for a while, and missed with clear words."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import time_machine
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.framework.ports import SecretUnavailable
from functions.runtime.aws.secrets import MAX_AGE, StoredSecret
from tests.support.builders import NOW

_names = (f"fanfare-test{number}-payment" for number in count(1))


@pytest.fixture
def name() -> str:
    return next(_names)


@pytest.fixture
def manager(connection: Callable[[str], Any]) -> Any:
    return connection("secretsmanager")


def test_a_secret_is_read_once_and_kept_for_minutes(
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


def test_a_fresh_secret_takes_the_place_of_the_one_that_was_kept(
    connection: Callable[[str], Any], manager: Any, name: str
) -> None:
    manager.create_secret(Name=name, SecretString="old")
    secret = StoredSecret(connection, name)
    secret()
    manager.put_secret_value(SecretId=name, SecretString="new")

    assert [secret(), secret(fresh=True), secret()] == ["old", "new", "new"]


def test_nothing_is_made_or_read_before_the_secret_is_asked_for() -> None:
    def client(_: str) -> Any:
        raise AssertionError("it was not asked for")

    StoredSecret(client, "any")


def test_a_secret_that_does_not_exist_is_named_with_a_remedy(
    connection: Callable[[str], Any], name: str
) -> None:
    with pytest.raises(SecretUnavailable) as missing:
        StoredSecret(connection, name)()

    assert str(missing.value) == (
        f"The secret {name} does not exist, or has no value yet. Write it:"
        f" aws secretsmanager create-secret --name {name} --secret-string file://…"
    )


def test_a_secret_that_was_deleted_can_be_brought_back(
    connection: Callable[[str], Any], manager: Any, name: str
) -> None:
    manager.create_secret(Name=name, SecretString="x")
    manager.delete_secret(SecretId=name)

    with pytest.raises(SecretUnavailable, match=f"restore-secret --secret-id {name}"):
        StoredSecret(connection, name)()


@pytest.mark.parametrize("value", [{"SecretString": " \n"}, {"SecretBinary": b"sk_test_1"}])
def test_a_secret_that_is_empty_or_no_text_is_missing(
    connection: Callable[[str], Any], manager: Any, name: str, value: dict[str, Any]
) -> None:
    manager.create_secret(Name=name, **value)

    with pytest.raises(SecretUnavailable, match=f"put-secret-value --secret-id {name}") as missing:
        StoredSecret(connection, name)()
    assert "sk_test_1" not in str(missing.value)


class Failing:
    """A client of Secrets Manager whose calls fail."""

    class meta:  # noqa: N801  as botocore has it
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
    ("error", "words"),
    [
        (refusal("AccessDeniedException"), "may not be read by the function's role"),
        (refusal("DecryptionFailure"), "cannot be decrypted"),
        (refusal("ThrottlingException"), r"could not be read \(ThrottlingException\): try again"),
        (ReadTimeoutError(endpoint_url="https://x"), r"read \(ReadTimeoutError\): try again"),
    ],
    ids=["denied", "encrypted", "throttled", "timeout"],
)
def test_whatever_keeps_a_secret_from_being_read_has_words(error: Exception, words: str) -> None:
    with pytest.raises(SecretUnavailable, match=f"^The secret x .*{words}"):
        StoredSecret(lambda _: Failing(error), "x")()
