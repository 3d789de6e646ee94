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

kept: dict[str, tuple[int, bytes]] = {}
create = resources.PaymentIntent._api_create


def create_as_today(**data: Any) -> Any:
    """Accept the successor of `payment_method_types` of 2026, which localstripe does not know."""
    data.pop("allowed_payment_method_types", None)
    return create(**data)


async def keep_answers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.Response]]
) -> web.Response:
    """Answer a repeated Idempotency-Key as the first time, as Stripe does for a day and more."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return await handler(request)
    if key not in kept:
        response = await handler(request)
        kept[key] = (response.status, response.body)
    status, body = kept[key]
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
