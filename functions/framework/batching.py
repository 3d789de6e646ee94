"""Batches of messages that SNS and SQS accept, by number and by bytes; pure values."""

import re
from collections.abc import Iterable, Iterator

from events import codec
from functions.framework.ports import Message

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
"""What one batch may have: SNS's limits, and the tightest that SQS ever had."""

OVERHEAD = 256
"""Bytes that a message's attributes and ids may add to its body, generously."""

_IDENTIFIER = re.compile(r"[!-~]{1,128}")
_BARRED = ("\ufffe".encode(), "\uffff".encode())


class Unfit(ValueError):
    """SNS or SQS would refuse the message, and with it every other of its batch."""


def fit(message: Message) -> Message:
    """Return a message that SNS and SQS take; its body is JSON.

    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatchRequestEntry.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html

    Raises:
        Unfit: its body is too long or has a character that they bar, or an id is none.
    """
    if len(message.body) > codec.MAX_BYTES:
        raise Unfit(f"{len(message.body)} bytes, at most {codec.MAX_BYTES} can travel")
    if any(character in message.body for character in _BARRED):
        raise Unfit("it has a character that no message may have")
    if not (_IDENTIFIER.fullmatch(message.id) and _IDENTIFIER.fullmatch(message.subject)):
        raise Unfit("its id is too long, or has other characters than visible ASCII")
    return message


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
