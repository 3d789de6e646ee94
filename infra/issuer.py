"""An OpenID Connect issuer: the form of its address, and the documents that AWS reads there."""

import json
import re
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

DISCOVERY = "/.well-known/openid-configuration"
"""Where an issuer describes itself (OpenID Connect Discovery 1.0, section 4)."""

PATIENCE = 5
"""Seconds for an answer here; AWS, which is nearer to most issuers, waits for 1.5."""

LONGEST = 150_000
"""Bytes of a key set that AWS takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

LOOPBACK = "127.0.0.1"

_REMEDY = "AWS must be able to read it from outside: look whether the stage names the right issuer."
_PRINTED = re.compile(r"[!-~]+")


class IssuerUnfit(Exception):
    """An issuer whose tokens AWS would not take; the message says why and what to do."""


def malformed(issuer: str, *, local: bool = False) -> str | None:
    """Say what is wrong with the form of an issuer, without asking it; nothing if it is right.

    A `local` one, for the local cloud, may be a server of this machine without TLS.
    """
    try:
        parts = urlsplit(issuer)
        plain = local and (parts.scheme, parts.hostname) == ("http", LOOPBACK)
        address = (parts.scheme == "https" or plain) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "is no address"
    if not address or not _PRINTED.fullmatch(issuer):
        return "is no address like https://login.example.com"
    if parts.username is not None or "?" in issuer or "#" in issuer:
        return "has more than a host and a path: no user, query or fragment"
    if parts.path.rstrip("/").endswith(DISCOVERY):
        return f"is the address of its discovery document: leave {DISCOVERY} out"
    return None


def ask(issuer: str) -> int:
    """Ask an issuer for its discovery document and its keys; return how many of those can be used.

    Raises:
        IssuerUnfit: as it says.
    """
    address = issuer.rstrip("/") + DISCOVERY
    document = _fetch(address)
    named = document.get("issuer")
    if named != issuer:
        raise IssuerUnfit(
            f"{address} calls its issuer {named!r}, and the stage {issuer!r}. Tokens carry the"
            " former: name it in the stage, to the letter."
        )
    where = document.get("jwks_uri")
    if not isinstance(where, str) or not where.startswith(("https://", "http://")):
        raise IssuerUnfit(f"{address} does not say by `jwks_uri` where the issuer's keys are.")
    keys = _fetch(where).get("keys")
    usable = [key for key in keys if _is_rsa(key)] if isinstance(keys, list) else []
    if not usable:
        raise IssuerUnfit(
            f"{where} has no RSA key with a `kid`. An HTTP API verifies no other signatures: let"
            " the issuer sign with RS256."
        )
    return len(usable)


def _is_rsa(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") == "RSA" and bool(key.get("kid"))


def _fetch(address: str) -> dict[str, Any]:
    try:
        with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310  http and https only
            raw = answer.read(LONGEST + 1)
    except HTTPError as error:
        with error:
            raise IssuerUnfit(f"{address} answers {error.code}. {_REMEDY}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise IssuerUnfit(f"{address} cannot be reached: {reason}. {_REMEDY}") from error
    if len(raw) > LONGEST:
        raise IssuerUnfit(f"{address} answers with more than {LONGEST} bytes, which AWS refuses.")
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise IssuerUnfit(f"{address} does not answer with JSON. {_REMEDY}") from error
    if not isinstance(document, dict):
        raise IssuerUnfit(f"{address} answers with JSON that is no object. {_REMEDY}")
    return document
