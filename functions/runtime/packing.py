"""Batches of messages that SNS and SQS accept, by number and by bytes; pure values."""

from collections.abc import Iterable, Iterator

from functions.runtime.ports import Message

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
"""What one batch may have: SNS's limits, and the tightest that SQS ever had."""

OVERHEAD = 256
"""Bytes that a message's attributes and ids may add to its body, generously."""


def pack(messages: Iterable[Message], most: int = MAX_ENTRIES) -> Iterator[list[Message]]:
    """Group messages, as they come, into batches of at most so many."""
    batch: list[Message] = []
    size = 0
    for message in messages:
        weight = len(message.body) + OVERHEAD
        if batch and (len(batch) == most or size + weight > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += weight
    if batch:
        yield batch
