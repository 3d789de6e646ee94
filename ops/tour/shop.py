"""The shop as the tour's customer sees it: the order that was placed, and answers over HTTP."""

import http.client
import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ops.cli.errors import CommandError, ExitCode
from ops.local.samples import PATIENCE


class PlacedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of checkout: the order's id, its status, and the key that opens it."""

    id: str
    status: str
    idempotency_key: str


def place(invoke: Callable[[], ExitCode]) -> PlacedOrder:
    """Place an order by a command that prints checkout's answer as JSON, and return the answer.

    Raises:
        CommandError: checkout did not accept the order.
    """
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = invoke()
    if code is not ExitCode.DONE:
        raise CommandError(f"The shop did not accept the order: {printed.getvalue()}", code)
    return msgspec.json.decode(printed.getvalue(), type=PlacedOrder)


def ask(api: str, order: PlacedOrder) -> Iterator[str]:
    """Request an order over HTTP; yield the status, Retry-After if there is one, and the body.

    Raises:
        CommandError: the shop does not answer.
    """
    address = urlsplit(f"{api}/orders/{order.id}")
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    try:
        headers = {"authorization": f"Bearer {order.idempotency_key}"}
        connection.request("GET", address.path, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(f"The shop does not answer at {address.geturl()}: {error}") from error
    finally:
        connection.close()
    yield f"HTTP/1.1 {answer.status} {answer.reason}"
    wait = answer.headers.get("retry-after")
    if wait is not None:
        yield f"retry-after: {wait}"
    document = msgspec.json.decode(content, type=dict[str, Any])
    yield abridged(document)


def abridged(document: dict[str, Any]) -> str:
    """Return the first members of a JSON object, with dots for the others."""
    shown = {name: document[name] for name in ("id", "status") if name in document}
    return msgspec.json.encode(shown).decode()[:-1] + ", …}"
