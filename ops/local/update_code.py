"""New code for functions of a local cloud, between two messages."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from functions.runtime.operating.package import files
from ops.stage.connection import Connection

PATIENCE = 5.0
"""Seconds to wait for messages in flight, which usually need a tenth of one; a cold start, two.

SQS counts messages that wait for a retry as well.
"""

_POLL = 0.02


def update(
    connection: Connection,
    services: Sequence[str],
    root: Path,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Put the code on disk into the functions of services.

    The local cloud kills a function's processes at once, which Lambda does not. So their queues
    rest until no message is in flight. One that takes longer than `PATIENCE` comes again after the
    queue's visibility timeout.
    """
    client = connection.client("lambda")
    packages = {service: package(root, service) for service in services}
    sources = [source for service in services for source in _queues(connection, service)]
    try:
        for source in sources:
            client.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
        queues = [_queue(connection, source) for source in sources]
        deadline = clock() + PATIENCE
        while any(_in_flight(connection, queue) for queue in queues) and clock() < deadline:
            sleep(_POLL)
        for service, content in packages.items():
            client.update_function_code(FunctionName=connection.function(service), ZipFile=content)
    finally:
        for source in sources:
            client.update_event_source_mapping(UUID=source["UUID"], Enabled=True)


def package(root: Path, service: str) -> bytes:
    """Return a zip of a service's package."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for path in files(root, service):
            archive.write(root / path, path)
    return content.getvalue()


def _queues(connection: Connection, service: str) -> Iterator[dict[str, Any]]:
    """Yield the event sources of a service that are queues and not paused."""
    found = connection.client("lambda").list_event_source_mappings(
        FunctionName=connection.function(service)
    )
    for source in found["EventSourceMappings"]:
        if ":sqs:" in source["EventSourceArn"] and source["State"] == "Enabled":
            yield source


def _queue(connection: Connection, source: dict[str, Any]) -> str:
    name = source["EventSourceArn"].rpartition(":")[2]
    return str(connection.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def _in_flight(connection: Connection, queue: str) -> bool:
    attribute = "ApproximateNumberOfMessagesNotVisible"
    found = connection.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=[attribute]
    )
    return int(found["Attributes"][attribute]) > 0
