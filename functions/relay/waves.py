"""Publishing in waves: an order's events one after the other, those of many orders together."""

from collections import defaultdict, deque
from collections.abc import Sequence
from operator import attrgetter

from functions.framework.batching import pack
from functions.framework.ports import Message, Topic

BEHIND = "BehindAnother"
"""The reason for a message that was not sent because an earlier one of its order was refused."""


def publish(messages: Sequence[Message], topic: Topic) -> dict[str, str]:
    """Publish all messages in waves; return the ids of the refused ones with the reason.

    A wave has at most one message of an order, the next by `sequence`. After a refused message, no
    further message of its order is sent, so that an order's events stay in order.
    """
    waiting: defaultdict[str, deque[Message]] = defaultdict(deque)
    for message in sorted(messages, key=attrgetter("sequence", "id")):
        waiting[message.subject].append(message)
    unsent: dict[str, str] = {}
    while waiting:
        heads = [queue[0] for queue in waiting.values()]
        for batch in pack(heads):
            for message, refusal in zip(batch, topic.publish(batch), strict=True):
                queue = waiting[message.subject]
                queue.popleft()
                if refusal:
                    unsent[message.id] = refusal
                    unsent |= dict.fromkeys((held.id for held in queue), BEHIND)
                    queue.clear()
                if not queue:
                    del waiting[message.subject]
    return unsent
