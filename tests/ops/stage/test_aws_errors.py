"""Errors of the SDK are told in a sentence with a remedy."""

import botocore.exceptions as sdk
import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL
from ops.stage.aws_errors import explain


def refused(code: str, message: str = "said AWS") -> sdk.ClientError:
    return sdk.ClientError({"Error": {"Code": code, "Message": message}}, "Query")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (sdk.NoCredentialsError(), "no AWS credentials for stage dev .*aws sso login"),
        (sdk.SSOTokenLoadError(error_msg="no token"), "no AWS credentials"),
        (sdk.UnauthorizedSSOTokenError(), "no AWS credentials"),
        (sdk.NoRegionError(), "name one with --region"),
        (sdk.ProfileNotFound(profile="x"), r"profile \(x\) could not be found: .*list-profiles"),
        (sdk.EndpointConnectionError(endpoint_url="http://x"), "AWS does not answer .*--region"),
        (sdk.ReadTimeoutError(endpoint_url="http://x"), "AWS does not answer"),
        (refused("ExpiredTokenException"), "expired: log in again"),
        (refused("UnrecognizedClientException"), "does not accept these credentials .said AWS."),
        (refused("AccessDeniedException"), "may not do that .said AWS.*--profile"),
        (refused("ThrottlingException"), "go slower .*try again"),
        (refused("SomethingElse"), "AWS refused or failed: said AWS"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(error: Exception, says: str) -> None:
    trouble = explain(error, "dev")

    assert trouble is not None
    assert trouble.code is ExitCode.FAILED
    with pytest.raises(CommandError, match=says):
        raise trouble


def test_a_stage_that_is_not_deployed_is_not_found() -> None:
    trouble = explain(refused("ResourceNotFoundException", "Function not found."), "dev")

    assert trouble is not None
    assert trouble.code is ExitCode.NOT_FOUND
    assert str(trouble) == (
        "Stage dev is not deployed here (Function not found): deploy it with `make deploy"
        " STAGE=dev`, or look at --stage, --region and --profile."
    )


@pytest.mark.parametrize(
    "error", [refused("ResourceNotFoundException"), sdk.EndpointConnectionError(endpoint_url="x")]
)
def test_on_the_local_stage_the_remedy_is_to_start_it(error: Exception) -> None:
    assert "start `make run` again" in str(explain(error, LOCAL))


def test_trouble_is_told_as_it_is_and_a_mistake_of_ours_not_at_all() -> None:
    trouble = CommandError("so it is")

    assert explain(trouble, "dev") is trouble
    assert explain(ZeroDivisionError(), "dev") is None
