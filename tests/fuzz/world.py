"""Every function as it is deployed, on the ports' twins in memory, with all that it says on tape.

Only what reaches a queue or the topic is AWS's own shape: `Aws` refuses there what AWS would.
"""

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from events.envelope import Event
from functions import map as the_map
from functions.framework.batching import MAX_BYTES
from functions.framework.ports import Record, Resources
from functions.framework.service import Service
from functions.runtime import main, settings
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.main import Handler, build
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import MUTE, TRUMPET, Clock
from tests.support.tables import usual_tables
from tests.support.tape import Tape

CONTEXT = SimpleNamespace(aws_request_id="6f2b1c0e-0000-4000-8000-000000000001")
_CARRIED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_IDENTIFIER = re.compile(r"[!-~]{1,128}")


class Refused(Exception):
    """AWS does not take it, and with it nothing of the call."""


@dataclass
class Aws:
    """The calls of queues and topic, with what was sent; what they may not carry is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    """

    published: list[dict[str, Any]] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    def publish_batch(self, *, PublishBatchRequestEntries: list[Any], **_: Any) -> Any:  # noqa: N803
        size = 0
        for entry in PublishBatchRequestEntries:
            size += _carry(entry["Message"])
            for name in ("MessageGroupId", "MessageDeduplicationId"):
                if not _IDENTIFIER.fullmatch(entry[name]):
                    raise Refused(name)
        if size > MAX_BYTES:
            raise Refused("BatchRequestTooLong")
        self.published += PublishBatchRequestEntries
        return {"Successful": [{"Id": entry["Id"]} for entry in PublishBatchRequestEntries]}

    def send_message(self, *, MessageBody: str, **_: Any) -> None:  # noqa: N803
        _carry(MessageBody)
        self.noted.append(MessageBody)

    def change_message_visibility_batch(self, **_: Any) -> None:
        """Hide messages, whatever they are."""


def _carry(message: str) -> int:
    if not _CARRIED.fullmatch(message):
        raise Refused("InvalidMessageContents")
    return len(message.encode())


class World:
    """The functions of one stage, on one log."""

    def __init__(self, issuer: str | None = None) -> None:
        self.issuer = issuer
        self.tape = Tape()
        self.clock = Clock()
        self.aws = Aws()
        self.tables = MemoryTables()
        self.log = MemoryLog(self.tables)
        self.rows = {
            table.name: MemoryRows(table.index or "")
            for service in the_map.SERVICES
            for table in usual_tables(service)
            if table.sort
        }
        for line in (TRUMPET, MUTE):
            self._own("catalogue", line.sku, name=line.name, price=line.unit_price, currency="EUR")
        with self.tape.listening():
            self.functions = {service.name: self._build(service) for service in the_map.SERVICES}

    def call(self, service: str, event: Any) -> tuple[Any, str]:
        """Call a function; return its answer, and all that it wrote to its log."""
        self.tape.take()
        with self.tape.listening():
            answer = self.functions[service](event, CONTEXT)
        return answer, self.tape.take()

    def begin(self, *known: Event[Any], stock: int = 10**6) -> None:
        """Forget what was written, and know these events."""
        self.log._streams.clear()
        for rows in self.rows.values():
            rows._rows.clear()
        for name in ("ledger", "parcels", "stock"):
            self.tables._tables[name].clear()
        for line in (TRUMPET, MUTE):
            self._own("stock", line.sku, available=stock)
        self.aws.published.clear()
        self.aws.noted.clear()
        for event in known:
            self.log.append(event)

    @property
    def state(self) -> dict[str, Any]:
        """All that is written, to be compared."""
        log = {subject: dict(stream) for subject, stream in self.log._streams.items() if stream}
        return (
            {"log": log}
            | {name: dict(rows._rows) for name, rows in self.rows.items()}
            | {name: dict(table) for name, table in self.tables._tables.items()}
        )

    def _own(self, table: str, key: str, **values: str | int) -> None:
        assert self.tables(table).put(Record(key=key, values=values, version=0))

    def _build(self, service: Service) -> Handler:
        means = Resources(
            tables=self.tables, rows=self.rows.__getitem__, clock=self.clock, issuer=self.issuer
        )
        names = (settings.LOG, settings.QUEUE, settings.UNPUBLISHED, settings.TOPIC)
        with patch.object(main, "_reach", lambda *_: (means, self.log)):
            return build(
                {settings.SERVICE: service.name} | {name: name for name in names},
                clock=self.clock,
                observer=LogObserver(f"{service.name} {id(self)}"),
                clients=lambda _: self.aws,
            )
