"""The world of a story under moto: tables, queues and the topic, created from the services' rows.

Names and variables are as on a stage; no CDK is needed. A failed message is received again at once.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from itertools import count
from random import Random
from typing import Any, override

from moto import mock_aws

from events.envelope import Event
from functions import names
from functions.framework.api import http_services
from functions.framework.chore import TICK
from functions.framework.ports import Clock, Message
from functions.framework.service import Adapter, Consumer, Relay, Service
from functions.framework.table import Table
from functions.map import BUS
from functions.runtime import backoff, settings
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.tables import DynamoRecords, DynamoRows, TableName
from functions.runtime.main import Clients, InvocationFailed, compose, on_aws
from functions.runtime.memory.application import STUCK, TRIES, Wrap
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.own_tables import Place, find_table
from functions.runtime.operating.send import SqsSender
from testkit.dynamo_log import DynamoOperatedLog
from testkit.dynamo_tables import make, make_log, table_name
from testkit.polling import Polling, Source

REGION = "eu-central-1"
CREDENTIALS = {"AccessKeyId": "testing", "SecretAccessKey": "testing"}

_numbers = count(1)


@cache
def _client() -> Clients:
    """Return the clients of all stories: making one takes as long as half a story."""
    return cache(client_factory(REGION, credentials=CREDENTIALS))


class MotoWorld(Polling):
    """Services under moto, each on the ports that it has on AWS, which `wrap` may replace."""

    def __init__(
        self, *, clock: Clock, adapters: Mapping[str, str], issuer: str | None, wrap: Wrap
    ) -> None:
        self._mocked = ExitStack()
        self._mocked.enter_context(mock_aws())
        self.stage = f"story{next(_numbers)}"  # two stories may overlap
        self.observer = MemoryObserver()
        log = names.log_table(self.stage)
        super().__init__(_client(), log=log, relay=BUS, region=REGION)
        self._clock, self._adapters, self._issuer, self._wrap = clock, adapters, issuer, wrap
        self._numbers = count(1)
        self._services: dict[str, Service] = {}
        self._tables: dict[Place, tuple[Service, Table]] = {}
        make_log(self._dynamodb, self.stage)
        self.operated_log = DynamoOperatedLog(self._dynamodb, log)
        topic = {"Name": names.topic(self.stage), "Attributes": {"FifoTopic": "true"}}
        self._topic = _client()("sns").create_topic(**topic)["TopicArn"]
        self._unpublished = self._make_queue(names.unpublished(self.stage))
        _client()("sesv2").create_email_identity(EmailIdentity=names.LOCAL_SENDER)

    def deploy(self, service: Service) -> None:
        """Add a service; a consumer receives what is published from now on."""
        self._services[service.name] = service
        adapter = None
        if isinstance(service, Consumer):
            adapter = service.adapter(self._adapters.get(service.name))
            self.sources[service.name] = self._subscribe(service)
        for table in _tables(service, adapter):
            self._make_table(service, table)
        env = settings.Settings(self.environment(service, adapter))
        given = replace(
            on_aws(service, env, _client(), self._clock, self.observer),
            monotonic=lambda: self._clock().timestamp(),
        )
        self.handlers[service.name] = compose(service, self._wrap(service, given))

    def environment(self, service: Service, adapter: Adapter | None) -> dict[str, str]:
        """Return the variables of a service's function, as its stack sets them."""
        env = {settings.SERVICE: service.name} | {
            settings.table_variable(table.name): table_name(self.stage, service, table).name
            for table in _tables(service, adapter)
        }
        if service.package:
            env[settings.PACKAGE] = service.package
        if isinstance(service, Relay):
            return env | {settings.TOPIC: self._topic, settings.UNPUBLISHED: self._unpublished}
        env[settings.LOG] = self.log
        if isinstance(service, Consumer):
            env[settings.QUEUE] = self.sources[service.name].url
        if self._issuer and list(http_services([service])):
            env[settings.ISSUER] = self._issuer
        if adapter:
            env[settings.ADAPTER] = adapter.name
            if adapter.mails:
                env[settings.SENDER] = names.LOCAL_SENDER
            if adapter.mails and isinstance(service, Consumer) and service.notices:
                env[settings.MAIL_SET] = names.mail_set(self.stage, service.name)
        return env

    def append(self, event: Event[Any]) -> Event[Any]:
        """Append an event to the log; return the event that holds its slot."""
        return self.operated_log.append(event)

    def step(self, random: Random | None = None) -> bool:
        """Publish what is new and poll every consumer once; return False if there was nothing.

        With `random`, consumers and the messages of standard queues are taken in a random order.
        """
        published = self._publish()
        consumers = sorted(self.active)
        if random:
            random.shuffle(consumers)
        return bool(published + sum(self.consume(name, random=random) for name in consumers))

    def resend(self, consumer: str, messages: Sequence[Message]) -> None:
        """Send messages to one consumer's queue, past the topic."""
        source = self.sources[consumer]
        sender = SqsSender(self._sqs, source.url, ordered=source.fifo)
        for message in messages:
            (refused,) = sender.send([message], job=f"{next(self._numbers)}")
            assert not refused, refused

    def set_paused(self, consumer: str, *, paused: bool) -> None:
        """Stop or continue to deliver to a consumer."""
        self.paused = self.paused | {consumer} if paused else self.paused - {consumer}

    def tick(self, consumer: str) -> None:
        """Run a consumer's chore once."""
        self.invoke(consumer, dict(TICK))

    def tables(self, *where: str) -> DynamoRecords:
        """Return a table without a sort key, by its name or by its owner and name."""
        return DynamoRecords(self._dynamodb, self._found(where, rows=False))

    def rows(self, *where: str) -> DynamoRows:
        """Return a table with a sort key, by its name or by its owner and name."""
        return DynamoRows(self._dynamodb, self._found(where, rows=True))

    def close(self) -> None:
        """Leave moto, once."""
        self._mocked.close()

    @override
    def failed(self, source: Source, receipt: str) -> None:
        """Show a failed message again at once: time is not modelled."""
        self._sqs.change_message_visibility(
            QueueUrl=source.url, ReceiptHandle=receipt, VisibilityTimeout=0
        )

    def _publish(self) -> int:
        """Invoke the relay until no record is left; return how many it handled."""
        published = tries = 0
        while self._records():
            try:
                done = self.relay()
            except InvocationFailed:
                done = 0
            published += done
            tries = 0 if done else tries + 1
            if tries == TRIES:
                raise RuntimeError(STUCK)
        return published

    def _found(self, where: tuple[str, ...], *, rows: bool) -> TableName:
        declared = {place: table for place, (_, table) in self._tables.items()}
        return table_name(self.stage, *self._tables[find_table(where, declared, rows=rows)])

    def _make_table(self, service: Service, table: Table) -> None:
        """Make a table, unless it exists; a table that a reader declared may lack its index."""
        place = (table.owner or service.name, table.name)
        if place in self._tables:
            if not table.index or self._tables[place][1].index:
                return
            self._dynamodb.delete_table(TableName=table_name(self.stage, service, table).name)
        self._tables[place] = (service, table)
        make(self._dynamodb, table_name(self.stage, service, table))

    def _subscribe(self, consumer: Consumer) -> Source:
        """Make a consumer's queue and DLQ, and subscribe the queue to the topic."""
        ordered = consumer.ordered
        dead_letters, url = (
            names.queue(self.stage, consumer.name, ordered=ordered, suffix=suffix)
            for suffix in (names.DEAD_LETTERS, "")
        )
        dead = self._make_queue(dead_letters)
        redrive = {
            "deadLetterTargetArn": self._arn(dead),
            "maxReceiveCount": backoff.receives_to_ride_out(),
        }
        queue = self._make_queue(
            url,
            VisibilityTimeout=f"{backoff.visibility(consumer.timeout)}",
            RedrivePolicy=json.dumps(redrive),
        )
        _client()("sns").subscribe(
            TopicArn=self._topic,
            Protocol="sqs",
            Endpoint=self._arn(queue),
            Attributes={
                "RawMessageDelivery": "true",
                "FilterPolicy": json.dumps({"type": consumer.subscribed_types}),
            },
        )
        return Source(url=queue, dead_letters=dead, fifo=ordered, batch=consumer.batch)

    def _make_queue(self, name: str, **attributes: str) -> str:
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        made = self._sqs.create_queue(QueueName=name, Attributes=attributes | fifo)
        return str(made["QueueUrl"])

    def _arn(self, url: str) -> str:
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])


def _tables(service: Service, adapter: Adapter | None) -> tuple[Table, ...]:
    return service.tables_with(adapter) if isinstance(service, Consumer) else service.tables
