"""Who sent a request: what the API's authorizer says that a token says, once it has verified it."""

from typing import Any

from functions.framework.http import Caller, Problem

_CLAIMS = ("requestContext", "authorizer", "jwt", "claims")


def caller_of(event: dict[str, Any], issuer: str) -> Caller:
    """Return whom a token of the issuer names, in an HTTP API event (payload 2.0).

    The claims are strings there.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

    Raises:
        Problem: 401; no token was verified, or another issuer's, or it names nobody.
    """
    found: Any = event
    for name in _CLAIMS:
        found = found.get(name) if isinstance(found, dict) else None
    claims = found if isinstance(found, dict) else {}
    subject: Any = claims.get("sub")
    if claims.get("iss") != issuer or not _names(subject):
        raise Problem(
            401,
            "unauthenticated",
            f"Send a token of {issuer} that says who you are, as `Authorization: Bearer <token>`.",
            headers={"www-authenticate": "Bearer"},
        )
    return Caller(issuer=issuer, subject=subject)


def _names(subject: Any) -> bool:
    """Tell whether it names somebody: a text, of whole characters, since it is to be hashed."""
    try:
        return isinstance(subject, str) and bool(subject.encode())
    except UnicodeEncodeError:
        return False
