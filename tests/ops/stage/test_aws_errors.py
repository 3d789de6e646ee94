"""Errors of the SDK are explained in a sentence with a remedy."""

import botocore.exceptions as sdk
import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL
from ops.stage.aws_errors import explain


def refused(code: str, message: str = "by AWS") -> sdk.ClientError:
    return sdk.ClientError({"Error": {"Code": code, "Message": message}}, "Query")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (sdk.NoCredentialsError(), "no AWS credentials for stage dev .*aws sso login"),
        (sdk.SSOTokenLoadError(error_msg="no token"), "no AWS credentials"),
        (sdk.UnauthorizedSSOTokenError(), "no AWS credentials"),
        (sdk.NoRegionError(), "name one with --region"),
        (sdk.ProfileNotFound(profile="x"), r"profile \(x\) could not be found: .*list-profiles"),
        (sdk.EndpointConnectionError(endpoint_url="http://x"), "AWS does not respond .*--region"),
        (sdk.ReadTimeoutError(endpoint_url="http://x"), "AWS does not respond"),
        (refused("ExpiredTokenException"), "expired: log in again"),
        (refused("UnrecognizedClientException"), "does not accept these credentials .by AWS."),
        (refused("AccessDeniedException"), "lack the permission .by AWS.*--profile"),
        (refused("ThrottlingException"), "throttles the requests .*try again"),
        (refused("SomethingElse"), "AWS refused the request or failed: by AWS"),
    ],
)
def test_an_error_is_explained_with_a_remedy(error: Exception, expected: str) -> None:
    explained = explain(error, "dev")

    assert explained is not None
    assert explained.code is ExitCode.FAILED
    with pytest.raises(CommandError, match=expected):
        raise explained


def test_a_stage_that_is_not_deployed_is_not_found() -> None:
    explained = explain(refused("ResourceNotFoundException", "Function not found."), "dev")

    assert explained is not None
    assert explained.code is ExitCode.NOT_FOUND
    assert str(explained) == (
        "Stage dev is not deployed here (Function not found): deploy it with `make deploy"
        " STAGE=dev`, or check --stage, --region and --profile."
    )


@pytest.mark.parametrize(
    "error", [refused("ResourceNotFoundException"), sdk.EndpointConnectionError(endpoint_url="x")]
)
def test_on_the_local_stage_the_remedy_is_to_start_it(error: Exception) -> None:
    assert "start `make run` again" in str(explain(error, LOCAL))


def test_a_command_error_is_its_own_explanation_and_a_bug_has_none() -> None:
    error = CommandError("No order.")

    assert explain(error, "dev") is error
    assert explain(ZeroDivisionError(), "dev") is None
