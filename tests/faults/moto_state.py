"""The state of moto in one region: read without a call, saved, and restored."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from threading import Condition
from typing import Any

from moto.core.utils import unix_time_millis
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from tests.support.template import ACCOUNT, REGION

BACKENDS: tuple[Any, ...] = (dynamodb_backends, sqs_backends, sns_backends, ses_backends)

type Saved = Sequence[Any]


def messages(queue: str) -> Sequence[Any]:
    """Return the messages in a queue, by its name, including hidden ones."""
    return list(sqs_backends[ACCOUNT][REGION].queues[queue]._messages)


def ready(queue: str) -> Sequence[Any]:
    """Return the messages that can be received now: none of a group with one in flight."""
    found = sqs_backends[ACCOUNT][REGION].queues[queue]
    hidden = {each.group_id for each in found._messages if not each.visible}
    return [
        each
        for each in found._messages
        if each.visible and not (found.fifo_queue and each.group_id in hidden)
    ]


def hidden_for(queue: str) -> float | None:
    """Return the seconds until the next hidden message is visible again, if there is one."""
    hidden = [each.visible_at for each in messages(queue) if not each.visible]
    return (min(hidden) - unix_time_millis()) / 1000 if hidden else None


def show_hidden(queue: str) -> bool:
    """Make the first hidden message visible; return whether there was one."""
    hidden = [message for message in messages(queue) if not message.visible]
    for message in hidden[:1]:
        message.visible_at = 0
    return bool(hidden)


def move(queue: str, to: str) -> None:
    """Move the first message to another queue, like a redrive policy does."""
    queues = sqs_backends[ACCOUNT][REGION].queues
    message = queues[queue]._messages.pop(0)
    queues[queue].pending_messages.discard(message)
    queues[to].add_message(message)


def pop_all(queue: str) -> Sequence[str]:
    """Remove all messages of a queue, and return their bodies."""
    found = sqs_backends[ACCOUNT][REGION].queues[queue]
    bodies = [message.body for message in found._messages]
    found._messages = []
    return bodies


def last_record(table: str) -> int:
    """Return the sequence number of the last record in a table's stream, 0 if there is none."""
    stream = dynamodb_backends[ACCOUNT][REGION].tables[table].stream_shard
    last = stream.items[-1:] if stream else []
    numbers = [int(item.record["dynamodb"]["SequenceNumber"]) for item in last]
    return max(numbers, default=0)


def contents() -> Iterator[str]:
    """Yield all items of all tables and all messages in queues, each as a line."""
    for name, table in dynamodb_backends[ACCOUNT][REGION].tables.items():
        for item in table.all_items():
            values = {key: value.value for key, value in item.attrs.items()}
            yield f"{name} {sorted(values.items())}"
    for name, queue in sqs_backends[ACCOUNT][REGION].queues.items():
        for message in queue._messages:
            yield f"{name} {message.visible} {message.body}"


def save(memo: dict[int, Any]) -> Saved:
    """Return a copy of the state; `memo` has the objects that `deepcopy` must not copy."""
    return _copy([backends[ACCOUNT][REGION] for backends in BACKENDS], memo)


def restore(saved: Saved, memo: dict[int, Any]) -> None:
    """Restore a saved state; it can be restored again."""
    for backends, copied in zip(BACKENDS, _copy(saved, memo), strict=True):
        backends[ACCOUNT][REGION] = copied


def _copy(saved: Saved, memo: dict[int, Any]) -> Saved:
    """Copy backends; each queue's lock, which is free between two calls, is replaced."""
    known = memo | {id(lock): Condition() for lock in _locks(saved)}
    return [deepcopy(backend, known) for backend in saved]


def _locks(saved: Saved) -> Iterator[Condition]:
    for backend in saved:
        for queue in getattr(backend, "queues", {}).values():
            yield queue._messages_lock
