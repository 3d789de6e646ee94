"""The caller of a request: the claims of the token that the API's authorizer verified."""

from typing import Any

from functions.framework.http import Caller, Problem

_CLAIMS = ("requestContext", "authorizer", "jwt", "claims")


def caller_of(event: dict[str, Any], issuer: str) -> Caller:
    """Return the caller that a token of the issuer names, in an HTTP API event (payload 2.0).

    The claims are strings there.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

    Raises:
        Problem: 401; there is no verified token of this issuer, or it has no subject.
    """
    found: Any = event
    for name in _CLAIMS:
        found = found.get(name) if isinstance(found, dict) else None
    claims = found if isinstance(found, dict) else {}
    subject: Any = claims.get("sub")
    if claims.get("iss") != issuer or not _is_subject(subject):
        raise Problem(
            401,
            "unauthenticated",
            f"Send a token of {issuer} with a subject, as `Authorization: Bearer <token>`.",
            headers={"www-authenticate": "Bearer"},
        )
    return Caller(issuer=issuer, subject=subject)


def _is_subject(subject: Any) -> bool:
    """Return whether it is a subject: a non-empty text that can be encoded, as it is hashed."""
    try:
        return isinstance(subject, str) and bool(subject.encode())
    except UnicodeEncodeError:
        return False
