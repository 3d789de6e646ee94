"""OpenID Connect issuer: check the form of its URL, and the documents that AWS reads from it."""

import json
import re
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

DISCOVERY = "/.well-known/openid-configuration"
"""The path of an issuer's discovery document (OpenID Connect Discovery 1.0, section 4)."""

TIMEOUT = 5
"""Seconds for a response here; AWS, which is nearer to most issuers, waits for 1.5."""

MAX_BYTES = 150_000
"""The largest key set that AWS accepts, in bytes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

LOOPBACK = "127.0.0.1"

_REMEDY = "AWS must be able to read it over the internet: check the issuer in the stage."
_PRINTED = re.compile(r"[!-~]+")


class UnusableIssuer(Exception):
    """An issuer whose tokens AWS would not accept; the message has the reason and the remedy."""


def form_error(issuer: str, *, local: bool = False) -> str | None:
    """Return the fault in the form of an issuer's URL, or None; make no request.

    A `local` issuer, for the local cloud, may be a server on this machine without TLS.
    """
    try:
        parts = urlsplit(issuer)
        plain = local and (parts.scheme, parts.hostname) == ("http", LOOPBACK)
        address = (parts.scheme == "https" or plain) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "is not a URL"
    if not address or not _PRINTED.fullmatch(issuer):
        return "is not a URL like https://login.example.com"
    if parts.username is not None or "?" in issuer or "#" in issuer:
        return "may have a host and a path only: no user, query or fragment"
    if parts.path.rstrip("/").endswith(DISCOVERY):
        return f"is the URL of its discovery document: leave {DISCOVERY} out"
    return None


def usable_keys(issuer: str) -> int:
    """Request an issuer's discovery document and key set; return the number of usable keys.

    Raises:
        UnusableIssuer: a document is missing, invalid or not the issuer's, or has no usable key.
    """
    address = issuer.rstrip("/") + DISCOVERY
    document = _fetch(address)
    named = document.get("issuer")
    if named != issuer:
        raise UnusableIssuer(
            f"{address} names the issuer {named!r}, but the stage names {issuer!r}. Tokens carry"
            " the former: write exactly that in the stage."
        )
    where = document.get("jwks_uri")
    if not isinstance(where, str) or not where.startswith(("https://", "http://")):
        raise UnusableIssuer(f"{address} has no URL of the issuer's keys in `jwks_uri`.")
    keys = _fetch(where).get("keys")
    usable = [key for key in keys if _is_rsa(key)] if isinstance(keys, list) else []
    if not usable:
        raise UnusableIssuer(
            f"{where} has no RSA key with a `kid`. An HTTP API verifies no other signatures:"
            " configure the issuer to sign with RS256."
        )
    return len(usable)


def _is_rsa(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") == "RSA" and bool(key.get("kid"))


def _fetch(address: str) -> dict[str, Any]:
    try:
        with urlopen(address, timeout=TIMEOUT) as response:  # noqa: S310  http and https only
            raw = response.read(MAX_BYTES + 1)
    except HTTPError as error:
        with error:
            raise UnusableIssuer(f"{address} responds with {error.code}. {_REMEDY}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise UnusableIssuer(f"{address} cannot be reached: {reason}. {_REMEDY}") from error
    if len(raw) > MAX_BYTES:
        raise UnusableIssuer(f"{address} has more than {MAX_BYTES} bytes, which AWS refuses.")
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise UnusableIssuer(f"{address} is not JSON. {_REMEDY}") from error
    if not isinstance(document, dict):
        raise UnusableIssuer(f"{address} is JSON, but not an object. {_REMEDY}")
    return document
