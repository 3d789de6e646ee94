"""Errors of the AWS SDK as sentences with a remedy."""

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
_BY_SENTENCE: Mapping[str, tuple[str, ...]] = {
    "There are no AWS credentials for stage {stage} ({message}): log in with `aws sso login`, name"
    " a profile with --profile, or leave out --stage for the local stage.": (
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
    "AWS does not accept these credentials ({message}): log in again, or use others with"
    " --profile.": (
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ),
    "These credentials lack the permission ({message}): use others with --profile.": tuple(_DENIED),
    "AWS throttles the requests ({message}): try again in a minute.": tuple(_SLOWER),
    "No AWS region is set: name one with --region, or set AWS_DEFAULT_REGION.": ("NoRegionError",),
    "{message}: `aws configure list-profiles` lists the profiles.": ("ProfileNotFound",),
}
"""Sentences, each with the names of the SDK's errors that it explains."""

_SENTENCES = {name: sentence for sentence, names in _BY_SENTENCE.items() for name in names}


def explain(error: BaseException, stage: str) -> CommandError | None:
    """Return the explanation of an SDK's error on this stage, or None for any other error."""
    if isinstance(error, CommandError):
        return error
    known = error_names(error)
    if not known:
        return None
    message = (_response_error(error).get("Message") or str(error)).rstrip(". ")
    if missing(error):
        return CommandError(_not_deployed(stage, message), ExitCode.NOT_FOUND)
    if known & _UNREACHABLE:
        return CommandError(_unreachable(stage, message))
    sentences = [_SENTENCES[name] for name in known if name in _SENTENCES]
    sentence = sentences[0] if sentences else "AWS refused the request or failed: {message}."
    return CommandError(sentence.format(stage=stage, message=message))


def error_names(error: BaseException) -> frozenset[str]:
    """Return the SDK's names of an error: its classes and AWS's error code.

    The result is empty for an error that is not the SDK's.
    """
    kinds = frozenset(kind.__name__ for kind in type(error).__mro__ if _sdk(kind))
    return kinds | {_response_error(error).get("Code", "")} if kinds else kinds


def denied(error: BaseException) -> bool:
    """Return whether AWS denied access to credentials that it knows."""
    return bool(error_names(error) & _DENIED)


def missing(error: BaseException) -> bool:
    """Return whether AWS does not have the requested resource."""
    return bool(error_names(error) & _MISSING)


def transient(error: BaseException) -> bool:
    """Return whether a retry may succeed in a minute: AWS was unreachable, or throttled."""
    return bool(error_names(error) & (_UNREACHABLE | _SLOWER))


def _response_error(error: BaseException) -> dict[str, Any]:
    response: dict[str, Any] = getattr(error, "response", None) or {}
    found: dict[str, Any] = response.get("Error", {})
    return found


def _sdk(kind: type) -> bool:
    return kind.__module__.startswith("botocore.")


def _not_deployed(stage: str, message: str) -> str:
    if stage == LOCAL:
        return f"The local stage is incomplete ({message}): start `make run` again."
    return (
        f"Stage {stage} is not deployed here ({message}): deploy it with"
        f" `make deploy STAGE={stage}`, or check --stage, --region and --profile."
    )


def _unreachable(stage: str, message: str) -> str:
    if stage == LOCAL:
        return f"The local cloud does not respond ({message}): start `make run` again."
    return f"AWS does not respond ({message}): check the network and --region, and try again."
