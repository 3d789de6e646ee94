"""Batches of messages within the limits of SNS and SQS, by number and by bytes."""

import re
from collections.abc import Iterable, Iterator

from events import codec
from functions.framework.ports import Message

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
"""Limits of one batch: those of SNS, and the lowest that SQS ever had."""

OVERHEAD = 256
"""An upper bound of the bytes that a message's attributes and ids add to its body."""

_IDENTIFIER = re.compile(r"[!-~]{1,128}")
_BARRED = ("\ufffe".encode(), "\uffff".encode())


class Unfit(ValueError):
    """SNS or SQS would refuse the message, and with it its whole batch."""


def fit(message: Message) -> Message:
    """Return the message if SNS and SQS accept it; its body is JSON.

    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatchRequestEntry.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html

    Raises:
        Unfit: its body is too long or has a character that they refuse, or an id is not valid.
    """
    if len(message.body) > codec.MAX_BYTES:
        raise Unfit(f"{len(message.body)} bytes; at most {codec.MAX_BYTES} can be published")
    if any(character in message.body for character in _BARRED):
        raise Unfit("it has a character that SNS and SQS refuse")
    if not (_IDENTIFIER.fullmatch(message.id) and _IDENTIFIER.fullmatch(message.subject)):
        raise Unfit("an id is too long, or has characters other than visible ASCII")
    return message


def pack(messages: Iterable[Message], most: int = MAX_ENTRIES) -> Iterator[list[Message]]:
    """Yield batches of at most `most` messages each, in the given order."""
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
