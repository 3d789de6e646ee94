"""What a consumer has before it: its subscription, its queue, and its dead letters."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from functions import names
from functions.runtime.operating.send import SqsSender
from ops.cloud import Cloud
from ops.draining import Waits


class Inbox:
    """A consumer's queue and its companions, by their names; any of them may be gone already."""

    def __init__(self, cloud: Cloud, consumer: str) -> None:
        """Take the stage and a consumer, which need not be in the map any more."""
        self._cloud = cloud
        self._consumer = consumer
        self.queue: Waits | None = self._find()

    def dead_letters(self) -> int:
        """Return about how many messages are in the dead-letter queue."""
        found = self._find(names.DEAD_LETTERS)
        return found.waiting() if found else 0

    def unsubscribe(self) -> bool:
        """End the subscription, so that nothing new comes; tell whether there was one."""
        sns = self._cloud.client("sns")
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
        account = self._cloud.client("sts").get_caller_identity()["Account"]
        where = f"arn:{sns.meta.partition}:sns:{sns.meta.region_name}:{account}"
        return f"{where}:{names.topic(self._cloud.stage)}"

    def _names(self, suffix: str = "") -> list[str]:
        """Return what a queue may be called: the map, which knew its kind, may not any more."""
        return [
            names.queue(self._cloud.stage, self._consumer, ordered=ordered, suffix=suffix)
            for ordered in (False, True)
        ]

    def _find(self, suffix: str = "") -> Waits | None:
        sqs = self._cloud.client("sqs")
        for name in self._names(suffix):
            try:
                url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            except sqs.exceptions.QueueDoesNotExist:
                continue
            return SqsSender(sqs, url, ordered=name.endswith(".fifo"))
        return None
