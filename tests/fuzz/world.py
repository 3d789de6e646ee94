"""All functions on in-memory ports, with everything that they write to their logs.

Queues and topic are the AWS adapters on a fake client, which refuses what AWS refuses.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from events.envelope import Event
from functions import map as the_map
from functions.framework.batching import MAX_BYTES
from functions.framework.service import Service
from functions.runtime.aws.queue import SqsQueue
from functions.runtime.aws.topic import SnsTopic
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.main import Dependencies
from functions.runtime.memory.application import Application
from testkit import products
from testkit.builders import MUTE, TRUMPET, Clock
from tests.support.output import Output

_CARRIED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_IDENTIFIER = re.compile(r"[!-~]{1,128}")


@dataclass
class Aws:
    """A fake client of SQS and SNS: it records messages and refuses those that AWS refuses.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    """

    published: list[dict[str, Any]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def publish_batch(self, *, PublishBatchRequestEntries: list[Any], **_: Any) -> Any:  # noqa: N803
        size = 0
        for entry in PublishBatchRequestEntries:
            size += _carry(entry["Message"])
            for name in ("MessageGroupId", "MessageDeduplicationId"):
                if not _IDENTIFIER.fullmatch(entry[name]):
                    raise ValueError(name)
        if size > MAX_BYTES:
            raise ValueError("BatchRequestTooLong")
        self.published += PublishBatchRequestEntries
        return {"Successful": [{"Id": entry["Id"]} for entry in PublishBatchRequestEntries]}

    def send_message(self, *, MessageBody: str, **_: Any) -> None:  # noqa: N803
        _carry(MessageBody)
        self.sent.append(MessageBody)

    def change_message_visibility_batch(self, **_: Any) -> None:
        """Accept any messages."""


def _carry(message: str) -> int:
    if not _CARRIED.fullmatch(message):
        raise ValueError("InvalidMessageContents")
    return len(message.encode())


class World(Application):
    """The functions of one stage on one log; queues and topic are the fake `Aws`."""

    def __init__(self, issuer: str | None = None) -> None:
        self.issuer = issuer
        self.output = Output()
        self.aws = Aws()
        with self.output.capture():
            super().__init__(the_map.SERVICES, clock=Clock(), issuer=issuer, wrap=self._on_aws)

    def call(self, service: str, event: Any) -> tuple[Any, str]:
        self.output.take()
        with self.output.capture():
            answer = self.invoke(service, event)
        return answer, self.output.take()

    def begin(self, *known: Event[Any]) -> None:
        """Empty the world, sell two products, and put these events into the log."""
        self.clear()
        self.aws.published.clear()
        self.aws.sent.clear()
        products.offer(self.tables)
        products.stock(
            self.tables,
            *(msgspec.structs.replace(line, quantity=10**6) for line in (TRUMPET, MUTE)),
        )
        for event in known:
            self.append(event)

    def _on_aws(self, service: Service, given: Dependencies) -> Dependencies:
        return replace(
            given,
            observer=LogObserver(f"{service.name} {id(self)}"),
            queue=SqsQueue(self.aws, "queue"),
            topic=SnsTopic(self.aws, "topic"),
            unpublished=SqsQueue(self.aws, "unpublished"),
        )
