"""Local OpenID Connect issuer: its discovery document, keys and tokens."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.support.template import AUDIENCE

DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"
KID = "key-1"
HOUR = 60 * 60


def new_key() -> RSAPrivateKey:
    """Return a new signing key."""
    return generate_private_key(public_exponent=65537, key_size=2048)


class Issuer:
    """An issuer's documents by path, as JSON or as raw bytes, and its tokens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.documents: dict[str, Any] = {DISCOVERY: {"issuer": url, "jwks_uri": url + KEYS}}

    @cached_property
    def key(self) -> RSAPrivateKey:
        """The signing key."""
        return new_key()

    def publish(self) -> None:
        """Publish the public key as a JSON Web Key Set."""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        self.documents[KEYS] = {"keys": [public | {"kid": KID, "use": "sig", "alg": "RS256"}]}

    def token(
        self,
        subject: str,
        *,
        key: RSAPrivateKey | None = None,
        algorithm: str = "RS256",
        **claims: Any,
    ) -> str:
        """Return a token for a subject that is valid for an hour, unless `claims` differ."""
        now = int(time.time())
        valid = {"iss": self.url, "sub": subject, "aud": AUDIENCE, "iat": now, "nbf": now}
        payload = valid | {"exp": now + HOUR} | claims
        signing_key = "" if algorithm == "none" else key or self.key
        return jwt.encode(payload, signing_key, algorithm=algorithm, headers={"kid": KID})


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Run an issuer on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.documents.get(self.path)
            self.send_response(404 if document is None else 200)
            self.end_headers()
            raw = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, ThreadPoolExecutor() as pool:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        pool.submit(server.serve_forever, poll_interval=0.01)
        try:
            yield issuer
        finally:
            server.shutdown()
