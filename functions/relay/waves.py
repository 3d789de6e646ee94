"""The relay's rule: an order's events leave one after the other, those of many orders together."""

from collections import defaultdict, deque
from collections.abc import Sequence
from operator import attrgetter

from functions.framework.batching import pack
from functions.framework.ports import Message, Topic

BEHIND = "BehindAnother"
"""Why a message was not sent that follows one of its order which was refused."""


def publish(messages: Sequence[Message], topic: Topic) -> dict[str, str]:
    """Publish all messages in waves and return the ids of what the topic did not take, with why.

    A wave has at most one message of an order, the next by `sequence`. An order of which one
    message was not taken sends nothing more, so that its events stay in order.
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
