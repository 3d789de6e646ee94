"""HTTP requests to the deployed shop, as its customers send them."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ops.local.samples import PATIENCE

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Response:
    """The shop's response; `body` is decoded JSON."""

    status: int
    body: Any


def request(
    method: str,
    address: str,
    token: str | None = None,
    *,
    body: Any = None,
    headers: Mapping[str, str] = NONE,
    trusted: Path | None = None,
) -> Response:
    """Send a request; `trusted` is the certificate of a shop with TLS."""
    url = urlsplit(address)
    connection = (
        http.client.HTTPSConnection(
            url.netloc,
            timeout=PATIENCE,
            context=ssl.create_default_context(cafile=str(trusted)),
        )
        if trusted
        else http.client.HTTPConnection(url.netloc, timeout=PATIENCE)
    )
    bearer = {"authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request(
            method,
            f"{url.path}?{url.query}" if url.query else url.path,
            None if body is None else json.dumps(body),
            {"content-type": "application/json", **bearer, **headers},
        )
        answer = connection.getresponse()
        return Response(answer.status, json.loads(answer.read() or b"null"))
    finally:
        connection.close()
