"""A consumer's subscription, queue and dead-letter queue, and the topic's undelivered messages."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from functions import names
from functions.runtime.operating.send import SqsSender
from ops.stage.connection import Connection
from ops.stage.drain import MonitoredQueue


class ConsumerQueues:
    """A consumer's subscription and queues, by their names; each may be deleted already.

    The consumer need not be in the map any more.
    """

    def __init__(self, connection: Connection, consumer: str) -> None:
        self._connection = connection
        self._consumer = consumer
        self.queue: MonitoredQueue | None = self._find()

    def dead_letters(self) -> int:
        """Return the approximate number of messages in the dead-letter queue."""
        found = self._find(names.DEAD_LETTERS)
        return found.waiting() if found else 0

    def undelivered(self) -> tuple[int, str] | None:
        """Return the approximate number of messages that the topic could not deliver, and a URL.

        The URL is that of the queue which holds them; the result is None if there are none. No
        message names the subscription that failed: raw delivery has the event alone.
        """
        url = self._url([names.undelivered(self._connection.stage)])
        if url is None:
            return None
        count = SqsSender(self._connection.client("sqs"), url, ordered=True).waiting()
        return (count, url) if count else None

    def unsubscribe(self) -> bool:
        """End the subscription; return whether there was one."""
        sns = self._connection.client("sns")
        found = list(self._subscriptions(sns))
        for subscription in found:
            sns.unsubscribe(SubscriptionArn=subscription)
        return bool(found)

    def _subscriptions(self, sns: Any) -> Iterator[str]:
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=self._topic(sns))
        with suppress(sns.exceptions.NotFoundException):
            for page in pages:
                for subscription in page["Subscriptions"]:
                    if subscription["Endpoint"].rpartition(":")[2] in self._names():
                        yield subscription["SubscriptionArn"]

    def _topic(self, sns: Any) -> str:
        account = self._connection.client("sts").get_caller_identity()["Account"]
        where = f"arn:{sns.meta.partition}:sns:{sns.meta.region_name}:{account}"
        return f"{where}:{names.topic(self._connection.stage)}"

    def _names(self, suffix: str = "") -> list[str]:
        """Return the possible names of a queue: its kind is unknown once it is not in the map."""
        return [
            names.queue(self._connection.stage, self._consumer, ordered=ordered, suffix=suffix)
            for ordered in (False, True)
        ]

    def _find(self, suffix: str = "") -> MonitoredQueue | None:
        url = self._url(self._names(suffix))
        if url is None:
            return None
        return SqsSender(self._connection.client("sqs"), url, ordered=url.endswith(".fifo"))

    def _url(self, candidates: Iterable[str]) -> str | None:
        """Return the URL of the first of these queues that exists."""
        sqs = self._connection.client("sqs")
        for name in candidates:
            with suppress(sqs.exceptions.QueueDoesNotExist):
                return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
        return None
