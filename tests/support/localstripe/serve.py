"""Runs localstripe on a socket that it was handed, for as long as its standard input is open.

The Python of .localstripe runs it. By itself localstripe binds all addresses, and keeps its objects
in a file in /tmp that every other one of it would read.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from localstripe import resources, server

kept: dict[str, tuple[int, bytes]] = {}
create = resources.PaymentIntent._api_create


def create_as_today(**data: Any) -> Any:
    """Take what took `payment_method_types`'s place in 2026, and localstripe has never heard of."""
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


async def serve(listening: socket.socket) -> None:
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(
        sys.stdin, lambda: None if os.read(sys.stdin.fileno(), 1) else gone.set()
    )
    runner = web.AppRunner(server.app)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    await gone.wait()


if __name__ == "__main__":
    resources.PaymentIntent._api_create = create_as_today
    resources.Store.dump_to_disk = lambda _: None
    server.app.middlewares.insert(0, web.middleware(keep_answers))
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
