"""What an error of the AWS SDK means for people: one sentence with a remedy."""

from collections.abc import Mapping
from typing import Any

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL

_MISSING = frozenset(
    {
        "NoSuchBucket",
        "NotFound",
        "QueueDoesNotExist",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)
_SLOWER = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_UNREACHABLE = frozenset(
    {
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "HTTPClientError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "SSLError",
    }
)
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "There are no AWS credentials for stage {stage} ({said}): log in with `aws sso login`, name a"
    " profile with --profile, or leave out --stage for the local stage.": (
        "CredentialRetrievalError",
        "LoginTokenLoadError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    ),
    "The AWS credentials have expired: log in again, such as with `aws sso login`.": (
        "ExpiredToken",
        "ExpiredTokenException",
        "LoginRefreshRequired",
        "RequestExpired",
    ),
    "AWS does not accept these credentials ({said}): log in again, or use others with --profile": (
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ),
    "These credentials may not do that ({said}): use others with --profile.": tuple(_DENIED),
    "AWS asks to go slower ({said}): try again in a minute.": tuple(_SLOWER),
    "No AWS region is set: name one with --region, or set AWS_DEFAULT_REGION.": ("NoRegionError",),
    "{said}: `aws configure list-profiles` shows those that there are.": ("ProfileNotFound",),
}
"""Sentences, and the SDK's names of the errors that they are about."""

_SENTENCES = {sign: sentence for sentence, error_names in _SIGNS.items() for sign in error_names}


def explain(error: BaseException, stage: str) -> CommandError | None:
    """Return what to tell about an SDK's error on this stage, or nothing if it is another kind."""
    if isinstance(error, CommandError):
        return error
    known = error_names(error)
    if not known:
        return None
    said = (_answer(error).get("Message") or str(error)).rstrip(". ")
    if missing(error):
        return CommandError(_not_deployed(stage, said), ExitCode.NOT_FOUND)
    if known & _UNREACHABLE:
        return CommandError(_unreachable(stage, said))
    sentences = [_SENTENCES[sign] for sign in known if sign in _SENTENCES]
    sentence = sentences[0] if sentences else "AWS refused or failed: {said}."
    return CommandError(sentence.format(stage=stage, said=said))


def error_names(error: BaseException) -> frozenset[str]:
    """Return the names by which the SDK tells an error: its classes, and the code of AWS.

    It is empty for an error that is none of the SDK's.
    """
    kinds = frozenset(kind.__name__ for kind in type(error).__mro__ if _sdk(kind))
    return kinds | {_answer(error).get("Code", "")} if kinds else kinds


def denied(error: BaseException) -> bool:
    """Tell whether AWS does not allow something to credentials that it knows."""
    return bool(error_names(error) & _DENIED)


def missing(error: BaseException) -> bool:
    """Tell whether AWS does not have what was asked for."""
    return bool(error_names(error) & _MISSING)


def transient(error: BaseException) -> bool:
    """Tell whether the same may go well in a minute: AWS was not reached, or had too much to do."""
    return bool(error_names(error) & (_UNREACHABLE | _SLOWER))


def _answer(error: BaseException) -> dict[str, Any]:
    response: dict[str, Any] = getattr(error, "response", None) or {}
    answer: dict[str, Any] = response.get("Error", {})
    return answer


def _sdk(kind: type) -> bool:
    return kind.__module__.startswith("botocore.")


def _not_deployed(stage: str, said: str) -> str:
    if stage == LOCAL:
        return f"The local stage is not whole ({said}): start `make run` again."
    return (
        f"Stage {stage} is not deployed here ({said}): deploy it with `make deploy STAGE={stage}`,"
        " or look at --stage, --region and --profile."
    )


def _unreachable(stage: str, said: str) -> str:
    if stage == LOCAL:
        return f"The local cloud does not answer ({said}): start `make run` again."
    return f"AWS does not answer ({said}): look at the network and at --region, and try again."
