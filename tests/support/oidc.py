"""A tiny OpenID Connect issuer on this machine: its discovery document, its keys, its tokens."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.support.builders import AUDIENCE

DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"
KID = "key-1"
HOUR = 60 * 60


def new_key() -> RSAPrivateKey:
    """Return a key to sign with."""
    return generate_private_key(public_exponent=65537, key_size=2048)


class Issuer:
    """What an issuer answers, by path: JSON documents, or bytes as they are; and its tokens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.documents: dict[str, Any] = {DISCOVERY: {"issuer": url, "jwks_uri": url + KEYS}}

    @cached_property
    def key(self) -> RSAPrivateKey:
        """The key that it signs with."""
        return new_key()

    def publish(self) -> None:
        """Publish the key's public half, as a JSON Web Key Set."""
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
        """Return a token for a subject that is good for an hour, but for what is said of it."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "sub": subject,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now,
            "exp": now + HOUR,
        }
        signed_with = "" if algorithm == "none" else key or self.key
        return jwt.encode(usual | claims, signed_with, algorithm=algorithm, headers={"kid": KID})


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Let an issuer answer on a free port, until it is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.documents.get(self.path)
            self.send_response(404 if document is None else 200)
            self.end_headers()
            raw = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
