"""Runs localstripe on an inherited socket, for as long as its standard input is open.

The Python of .localstripe runs it. By itself localstripe binds all addresses, and keeps its objects
in a file in /tmp that every other one of it would read.
"""

import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from localstripe import resources, server

IN_USE = {
    "code": "idempotency_key_in_use",
    "message": "There is currently another in-progress request using this Idempotency-Key.",
    "type": "invalid_request_error",
}
OF_ANOTHER = {
    "message": "Keys for idempotent requests can only be used with the same parameters.",
    "type": "idempotency_error",
}

running: set[str] = set()
"""The keys of requests that are being handled."""

kept: dict[str, tuple[str, bytes, int, bytes]] = {}
"""The path and body of the first request with each key, and the status and body of its answer."""

create = resources.PaymentIntent._api_create


def create_as_today(**data: Any) -> Any:
    """Accept the successor of `payment_method_types` of 2026, which localstripe does not know."""
    data.pop("allowed_payment_method_types", None)
    return create(**data)


async def keep_answers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.Response]]
) -> web.Response:
    """Handle a key once at a time, and answer it again as the first time, as Stripe does.

    The answer of a request that met another one with its key is not kept; the same key with other
    parameters is an error. https://docs.stripe.com/api/idempotent_requests
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return await handler(request)
    if key in running:
        return web.json_response({"error": IN_USE}, status=409)
    running.add(key)
    try:
        sent = await request.read()
        if key not in kept:
            response = await handler(request)
            kept[key] = (request.path, sent, response.status, response.body)
    finally:
        running.discard(key)
    path, first, status, body = kept[key]
    if (path, first) != (request.path, sent):
        return web.json_response({"error": OF_ANOTHER}, status=400)
    return web.Response(status=status, body=body, content_type="application/json")


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    resources.PaymentIntent._api_create = create_as_today
    resources.Store.dump_to_disk = lambda _: None
    server.app.middlewares.insert(0, web.middleware(keep_answers))
    threading.Thread(target=end_with_input, daemon=True).start()
    web.run_app(server.app, sock=socket.socket(fileno=int(sys.argv[1])))
