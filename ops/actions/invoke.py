"""`fanfare invoke`: place an order by invoking the checkout function, without HTTP."""

import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from functions.map import API
from functions.runtime.handlers.api import IDEMPOTENCY_KEY
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.paths import SAMPLE
from ops.stage.connection import Connection


def invoke(connection: Connection, options: Options, order: dict[str, Any]) -> ExitCode:
    """Invoke checkout with an order and print its response as JSON."""
    # The SDK retries a call whose response was lost; a key of its own makes that idempotent.
    body = {IDEMPOTENCY_KEY: str(uuid4())} | order
    response = connection.client("lambda").invoke(
        FunctionName=connection.function(API.name), Payload=msgspec.json.encode(body)
    )
    document = msgspec.json.decode(response["Payload"].read())
    options.print_json(document) if options.json else options.out.print_json(data=document)
    return verdict(document, failed="FunctionError" in response)


def read(file: str) -> dict[str, Any]:
    """Return the JSON object in a file, in standard input for `-`, or in the sample for no file.

    Raises:
        CommandError: the file cannot be read, or has no JSON object.
    """
    name = "standard input" if file == "-" else file or str(SAMPLE)
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(name).read_bytes()
        return msgspec.json.decode(raw, type=dict[str, Any])
    except OSError as error:
        raise CommandError(f"Cannot read {name}: {error.strerror}.", ExitCode.USAGE) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError(
            f"{name} is not an order as a JSON object: {error}", ExitCode.USAGE
        ) from error


def verdict(document: Any, *, failed: bool) -> ExitCode:
    """Return the exit code of an invocation: placed, refused (a problem below 500), or failed."""
    status = document.get("status") if isinstance(document, dict) else None
    if failed or (isinstance(status, int) and status >= 500):
        return ExitCode.FAILED
    return ExitCode.REFUSED if isinstance(status, int) else ExitCode.DONE
